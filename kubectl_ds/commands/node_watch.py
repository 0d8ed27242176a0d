"""`node --watch`: the nodes as they are, and then every change, until Ctrl-C or the reader ends it."""

from collections.abc import Collection, Sequence
from functools import partial
from typing import Any

from kubectl_ds.commands.following import following
from kubectl_ds.commands.noding import about_nodes, node_scope
from kubectl_ds.commands.report_views import Faces, view_of
from kubectl_ds.core.node import nodes
from kubectl_ds.core.node_report import NodeReport
from kubectl_ds.environment import Environment
from kubectl_ds.exit_codes import ExitCode
from kubectl_ds.output.formats import OutputFormat
from kubectl_ds.output.node_change import begin_lines, change_lines, picture_lines
from kubectl_ds.output.node_document import node_document


def follow(
    environment: Environment,
    values: dict[str, Any],
    names: Sequence[str],
    required: Collection[tuple[str, str]],
    asked: OutputFormat,
) -> ExitCode:
    """A node that is not there yet is followed too. Raises what `LiveCluster` raises."""
    blocks, wide = bool(names), asked.name == "wide"
    faces: Faces[NodeReport] = Faces(
        begins=partial(begin_lines, blocks=blocks, wide=wide),
        changes=change_lines,
        picture=partial(picture_lines, blocks=blocks, wide=wide),
        document=node_document,
    )
    with following(environment, values, names, scope_of=node_scope) as follower:
        report = nodes(about_nodes(follower.begin(empty_is_fine=True), names), names, required=required)
        view = view_of(environment, values, asked, faces)
        view.begin(report, report.taken_at)
        while True:
            batch = follower.next(seconds=view.ticks)
            before = report
            if not batch.is_empty:
                snapshot = about_nodes(follower.live.snapshot(), names)
                report = nodes(snapshot, names, required=required)
            view.show(before, report, follower.live.now())
