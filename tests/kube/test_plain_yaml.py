"""Whatever is read without PyYAML is what PyYAML reads; and what kubectl writes is read so."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kubectl_ds.kube.plain_yaml import plain_yaml
from kubectl_ds.kube.yaml_loader import first_document
from tests.kube.loopback import kubectl


def read_by_pyyaml(content):
    try:
        return first_document(content)
    except yaml.YAMLError as error:
        return error


KUBECONFIG = """\
apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: LS0tLS1CRUdJTi==
    server: https://127.0.0.1:6443
  name: kind-a
contexts:
- context:
    cluster: kind-a
    namespace: "12"
    user: kind-a
  name: kind-a
current-context: kind-a
kind: Config
preferences: {}
users:
- name: kind-a
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      args:
      - get-token
      - --cluster=a
      command: ./login
      env: null
      provideClusterInfo: false
"""
PLAIN = [
    pytest.param("a: b\n", id="one key"),
    pytest.param("---\na: b\n", id="a document mark at the beginning"),
    pytest.param("# said\na: b\n\n  # more\nc: d\n", id="comments and blank lines"),
    pytest.param("a: b   \n", id="blanks at the end"),
    pytest.param("a: b", id="no line end at the end"),
    pytest.param("a:\nb: c\n", id="a key without a value"),
    pytest.param("a:\n- b\n- c\nd: e\n", id="a sequence that is not indented"),
    pytest.param("a:\n  - b\n  - c: d\n    e: f\ng: h\n", id="a sequence that is"),
    pytest.param("a:\n-   b: c\n    d: e\n", id="many blanks behind the dash"),
    pytest.param("a:\n  b:\n    c: d\n  e: f\n", id="mappings in mappings"),
    pytest.param("a: 'b: c # d'\ne: \"f: g\"\n", id="quotes without escapes"),
    pytest.param("a: ''\nb: \"\"\n", id="empty quotes"),
    pytest.param("a: {}\nb: []\n", id="nothing in braces"),
    pytest.param("a: true\nb: false\n", id="true and false"),
    pytest.param("a: null\n", id="null"),
    pytest.param("a:\n- -v\n- --b-c=d\n", id="flags"),
    pytest.param("a: https://h:6443/p?q=r#s\n", id="an address"),
    pytest.param("a: some words, and more\n", id="a sentence"),
    pytest.param("a: /usr/bin/x\nb: ./x\nc: x86_64\n", id="paths"),
    pytest.param("a: 0123abcg\n", id="text that begins as a number"),
    pytest.param("a: 08f5e4f605731e75\n", id="a token in hexadecimal"),
    pytest.param("a.b/c-d_e: f\n", id="a key with all that a key may hold"),
    pytest.param(KUBECONFIG, id="a kubeconfig"),
]
NOT_PLAIN = [
    pytest.param("", id="nothing"),
    pytest.param("- a\n", id="a sequence as the whole"),
    pytest.param("{a: b}\n", id="flow style"),
    pytest.param("a: [b]\n", id="a flow sequence"),
    pytest.param("a: {b: c}\n", id="a flow mapping"),
    pytest.param("a: |\n  b\n", id="a block of text"),
    pytest.param("a: b\n  c\n", id="a scalar of two lines"),
    pytest.param("a: 'b\n  c'\n", id="quotes over two lines"),
    pytest.param('a: "b\\nc"\n', id="an escape"),
    pytest.param("a: 'it''s'\n", id="a quoted quote"),
    pytest.param("a: &x b\n", id="an anchor"),
    pytest.param("a: *x\n", id="an alias"),
    pytest.param("a: !!str b\n", id="a tag"),
    pytest.param("<<: b\n", id="a merge"),
    pytest.param("? a\n: b\n", id="a question"),
    pytest.param("a: b # c\n", id="a comment behind a value"),
    pytest.param("a: b: c\n", id="two keys on a line"),
    pytest.param("a: b:\n", id="a colon at the end"),
    pytest.param("a: 12\n", id="a number"),
    pytest.param("a: 0x1f\n", id="a hexadecimal number"),
    pytest.param("a: 1e5\n", id="a number to some readers"),
    pytest.param("a: 0o17\n", id="an octal number to some readers"),
    pytest.param("a: 2001-12-14 21:59:43\n", id="a time"),
    pytest.param("a: 12:30:00\n", id="a number to the base of 60"),
    pytest.param("a: 2020-01-01\n", id="a date"),
    pytest.param("a: .inf\n", id="no number"),
    pytest.param("a: yes\n", id="yes"),
    pytest.param("a: Off\n", id="off"),
    pytest.param("a: TRUE\n", id="true in capitals"),
    pytest.param("a: Null\n", id="null in another spelling"),
    pytest.param("a: ~\n", id="a tilde"),
    pytest.param("on: a\n", id="a key that is no text"),
    pytest.param("1: a\n", id="a number as a key"),
    pytest.param("'a': b\n", id="a key in quotes"),
    pytest.param("a: b\na: c\n", id="a key twice"),
    pytest.param("a:\tb\n", id="a tab"),
    pytest.param("a: b\r\n", id="lines of Windows"),
    pytest.param("a: ä\n", id="more than ASCII"),
    pytest.param("a: b\n---\nc: d\n", id="two documents"),
    pytest.param("a: b\n...\n", id="the end of a document"),
    pytest.param("%YAML 1.1\n---\na: b\n", id="a directive"),
    pytest.param("a:\n- - b\n", id="a sequence in a sequence"),
    pytest.param("a:\n-\n  b: c\n", id="a dash alone"),
    pytest.param("a:\n    b: c\n  d: e\n", id="an indentation that nothing opened"),
    pytest.param("  a: b\nc: d\n", id="a first line that is indented"),
    pytest.param("a:\n- b\n c: d\n", id="something between"),
    pytest.param("a b: c\n", id="a key of two words"),
    pytest.param("a:b\n", id="no key at all"),
]


@pytest.mark.parametrize("text", PLAIN)
def test_it_is_read_as_pyyaml_reads_it(text):
    read = plain_yaml(text.encode())
    assert read is not None
    assert read == first_document(text.encode())


@pytest.mark.parametrize("text", NOT_PLAIN)
def test_it_is_left_to_pyyaml(text):
    assert plain_yaml(text.encode()) is None


def test_what_kubectl_writes_is_read(tmp_path):
    path = tmp_path / "config"
    config = ("config", "--kubeconfig", str(path))
    for words in (
        ("set-cluster", "a", "--server=https://a:6443", "--tls-server-name=b", "--insecure-skip-tls-verify"),
        ("set-cluster", "b", "--server=https://b", "--proxy-url=http://p:1"),
        ("set-credentials", "u", "--token=abc.def"),
        ("set-credentials", "p", "--username=x", "--password=a y"),
        ("set-credentials", "e", "--exec-command=./x", "--exec-arg=get", "--exec-arg=-v", "--exec-env=A=b",
         "--exec-api-version=client.authentication.k8s.io/v1", "--exec-interactive-mode=Never"),
        ("set-context", "c", "--cluster=a", "--user=u", "--namespace=n"),
        ("use-context", "c"),
    ):  # fmt: skip
        done = kubectl(*config, *words)
        assert done.returncode == 0, done.stderr
    read = plain_yaml(path.read_bytes())
    assert read is not None
    assert read == first_document(path.read_bytes())


_words = st.one_of(
    st.text(alphabet="ab1:-#'\"{}[]|>&*!%@`,?.~ =yeon0x+/_\\", max_size=6),
    st.text(alphabet="0123456789+-.:_eExobTZ ", max_size=12),
)
_keys = st.text(alphabet="abnoyes.-/_1", min_size=1, max_size=4)
_line = st.one_of(
    st.builds("{}: {}".format, _keys, _words),
    st.builds("{}:".format, _keys),
    st.builds("- {}".format, _words),
    st.builds("- {}: {}".format, _keys, _words),
    _words,
)


@given(st.lists(st.tuples(st.integers(min_value=0, max_value=4), _line), max_size=8))
def test_no_text_is_read_otherwise_than_pyyaml_reads_it(lines):
    content = "".join(f"{' ' * indent}{line}\n" for indent, line in lines).encode()
    read = plain_yaml(content)
    assert read is None or read == read_by_pyyaml(content)


_tree = st.recursive(
    st.one_of(st.text(alphabet="ab1:-#' \".", max_size=5), st.booleans(), st.none(), st.integers()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_keys, inner, max_size=3)),
    max_leaves=10,
)


@given(st.dictionaries(_keys, _tree, max_size=4), st.integers(min_value=2, max_value=4))
def test_no_tree_is_read_otherwise_than_pyyaml_reads_it(tree, indent):
    content = yaml.safe_dump(tree, default_flow_style=False, indent=indent).encode()
    read = plain_yaml(content)
    assert read is None or read == read_by_pyyaml(content)


@given(
    line=st.integers(min_value=0, max_value=KUBECONFIG.count("\n") - 1),
    other=st.integers(min_value=0, max_value=KUBECONFIG.count("\n") - 1),
    column=st.integers(min_value=0, max_value=40),
    put_in=st.text(alphabet="a1:-#'\"{}[]|>&*!%@`,?.~ =\n\t\\", max_size=3),
    cut=st.integers(min_value=0, max_value=3),
)
def test_no_damaged_kubeconfig_is_read_otherwise_than_pyyaml_reads_it(line, other, column, put_in, cut):
    lines = KUBECONFIG.split("\n")
    text = lines[line]
    lines[line] = text[:column] + put_in + text[column + cut :]
    lines[line], lines[other] = lines[other], lines[line]
    content = "\n".join(lines).encode()
    read = plain_yaml(content)
    assert read is None or read == read_by_pyyaml(content)
