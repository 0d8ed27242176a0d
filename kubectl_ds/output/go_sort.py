"""Go's `sort.Sort`: not stable, and the order in which it leaves equal elements is part of kubectl's output.

A port of pdqsort in go/src/sort/zsortinterface.go (BSD, The Go Authors), element by element, since `kubectl get
--sort-by` of a field that many objects share shows exactly that order.
"""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")

_LONGEST_INSERTION = 12
_SHORTEST_NINTHER = 50
_SHORTEST_SHIFTING = 50
_MOST_SWAPS = 4 * 3
_MOST_STEPS = 5


def go_sorted(items: Sequence[Item], less: Callable[[Item, Item], bool]) -> list[Item]:
    """The items in the order that `sort.Sort` leaves them in, `less` being its Less."""
    sorter = _Sorter(list(items), less)
    if len(items) > 1:
        sorter.sort(0, len(items), len(items).bit_length())
    return sorter.items


class _Sorter(Generic[Item]):
    def __init__(self, items: list[Item], less: Callable[[Item, Item], bool]) -> None:
        self.items = items
        self.item_less = less

    def less(self, i: int, j: int) -> bool:
        return self.item_less(self.items[i], self.items[j])

    def swap(self, i: int, j: int) -> None:
        self.items[i], self.items[j] = self.items[j], self.items[i]

    def sort(self, a: int, b: int, limit: int) -> None:
        balanced = partitioned = True
        while True:
            length = b - a
            if length <= _LONGEST_INSERTION:
                return self.insertion_sort(a, b)
            if limit == 0:
                return self.heap_sort(a, b)
            if not balanced:
                self.break_patterns(a, b)
                limit -= 1
            pivot, increasing = self.pivot(a, b)
            if balanced and partitioned and increasing and self.partial_insertion_sort(a, b):
                return None
            if a > 0 and not self.less(a - 1, pivot):
                a = self.partition_equal(a, b, pivot)
                continue
            middle, partitioned = self.partition(a, b, pivot)
            left, right = middle - a, b - middle
            balanced = min(left, right) >= length // 8
            if left < right:
                self.sort(a, middle, limit)
                a = middle + 1
            else:
                self.sort(middle + 1, b, limit)
                b = middle

    def insertion_sort(self, a: int, b: int) -> None:
        for i in range(a + 1, b):
            j = i
            while j > a and self.less(j, j - 1):
                self.swap(j, j - 1)
                j -= 1

    def sift_down(self, low: int, high: int, first: int) -> None:
        root = low
        while (child := 2 * root + 1) < high:
            if child + 1 < high and self.less(first + child, first + child + 1):
                child += 1
            if not self.less(first + root, first + child):
                return
            self.swap(first + root, first + child)
            root = child

    def heap_sort(self, a: int, b: int) -> None:
        high = b - a
        for i in range((high - 1) // 2, -1, -1):
            self.sift_down(i, high, a)
        for i in range(high - 1, -1, -1):
            self.swap(a, a + i)
            self.sift_down(0, i, a)

    def partition(self, a: int, b: int, pivot: int) -> tuple[int, bool]:
        """Elements below the pivot to its left; its new place, and whether they were there already."""
        self.swap(a, pivot)
        i, j = self.converge(a, a + 1, b - 1)
        if i > j:
            self.swap(j, a)
            return j, True
        while i <= j:
            self.swap(i, j)
            i, j = self.converge(a, i + 1, j - 1)
        self.swap(j, a)
        return j, False

    def converge(self, pivot: int, i: int, j: int) -> tuple[int, int]:
        while i <= j and self.less(i, pivot):
            i += 1
        while i <= j and not self.less(j, pivot):
            j -= 1
        return i, j

    def partition_equal(self, a: int, b: int, pivot: int) -> int:
        """Elements equal to the pivot, which none is below, to the left; where the greater ones begin."""
        self.swap(a, pivot)
        i, j = a + 1, b - 1
        while True:
            while i <= j and not self.less(a, i):
                i += 1
            while i <= j and self.less(a, j):
                j -= 1
            if i > j:
                return i
            self.swap(i, j)
            i += 1
            j -= 1

    def partial_insertion_sort(self, a: int, b: int) -> bool:
        """Put right a few neighbours that are out of order; whether that was all."""
        i = a + 1
        for _ in range(_MOST_STEPS):
            while i < b and not self.less(i, i - 1):
                i += 1
            if i == b:
                return True
            if b - a < _SHORTEST_SHIFTING:
                return False
            self.swap(i, i - 1)
            if i - a >= 2:
                self.shift_smaller(i - 1)
            if b - i >= 2:
                self.shift_greater(i + 1, b)
        return False

    def shift_smaller(self, start: int) -> None:
        for j in range(start, 0, -1):
            if not self.less(j, j - 1):
                return
            self.swap(j, j - 1)

    def shift_greater(self, start: int, b: int) -> None:
        for j in range(start, b):
            if not self.less(j, j - 1):
                return
            self.swap(j, j - 1)

    def break_patterns(self, a: int, b: int) -> None:
        """Scatter three elements by a generator seeded with the length: the same ones each time."""
        length = b - a
        if length < 8:
            return
        random = length
        mask = (1 << length.bit_length()) - 1
        start = a + (length // 4) * 2 - 1
        for index in range(start, start + 3):
            random ^= (random << 13) & (2**64 - 1)
            random ^= random >> 7
            random ^= (random << 17) & (2**64 - 1)
            other = random & mask
            self.swap(index, a + (other - length if other >= length else other))

    def pivot(self, a: int, b: int) -> tuple[int, bool]:
        """The pivot's place and whether the range looks sorted; one that looks reversed has been turned round."""
        length = b - a
        places = [a + length // 4 * quarter for quarter in (1, 2, 3)]
        swaps = 0
        if length >= _SHORTEST_NINTHER:
            for index, place in enumerate(places):
                places[index], more = self.median(place - 1, place, place + 1)
                swaps += more
        middle, more = self.median(*places)
        swaps += more
        if swaps < _MOST_SWAPS:
            return middle, swaps == 0
        self.items[a:b] = self.items[a:b][::-1]
        return (b - 1) - (middle - a), True

    def median(self, a: int, b: int, c: int) -> tuple[int, int]:
        swaps = 0
        if self.less(b, a):
            a, b, swaps = b, a, swaps + 1
        if self.less(c, b):
            b, c, swaps = c, b, swaps + 1
        if self.less(b, a):
            a, b, swaps = b, a, swaps + 1
        return b, swaps
