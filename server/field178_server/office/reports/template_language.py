"""Language of report templates: values, loops, conditions and a few filters, no computation."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment

_NODES = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Slice,
    nodes.Const,
    nodes.For,
    nodes.If,
    nodes.Filter,
    nodes.Test,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Neg,
)
_FILTERS = frozenset(
    {"upper", "lower", "capitalize", "title", "trim", "default", "first", "last", "length", "join"}
)
_LONGEST_CONSTANT = 100
# Assumed runs of a loop; most letters that a template may then output; letters that a node without text
# counts as.
_RUNS, _MOST_LETTERS = 20, 64 << 20
_LETTERS_OF_A_NODE = 40


class TemplateLanguage(SandboxedEnvironment):
    """Jinja language of uploaded templates: they read only the given values, and their output is limited."""

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined)

    def parse(self, source: str, name: str | None = None, filename: str | None = None) -> nodes.Template:
        """Return the syntax tree of a template. Raises TemplateSyntaxError for a forbidden expression."""
        try:
            tree = super().parse(source, name, filename)
            self._check(tree)
        except RecursionError:
            raise TemplateSyntaxError("(((…", 1) from None
        return tree

    def _check(self, tree: nodes.Template) -> None:
        letters = 0
        for node, runs in _places(tree, 1):
            if not _is_allowed(node):
                raise TemplateSyntaxError(type(node).__name__, node.lineno)
            letters += runs * (len(node.data) if isinstance(node, nodes.TemplateData) else _LETTERS_OF_A_NODE)
        if letters > _MOST_LETTERS:
            raise TemplateSyntaxError("{% for %} {% for %} …", 1)

    def from_string(
        self,
        source: str | nodes.Template,
        globals: MutableMapping[str, Any] | None = None,
        template_class: type[Template] | None = None,
    ) -> Template:
        """Return the template of a text. Raises TemplateSyntaxError for a forbidden expression."""
        return super().from_string(
            self.parse(source) if isinstance(source, str) else source, globals, template_class
        )


def _places(node: nodes.Node, runs: int) -> Iterator[tuple[nodes.Node, int]]:
    """Yield each node of a tree with its assumed number of runs."""
    yield node, runs
    within = runs * _RUNS if isinstance(node, nodes.For) else runs
    for child in node.iter_child_nodes():
        yield from _places(child, within)


def _is_allowed(node: nodes.Node) -> bool:
    if isinstance(node, nodes.Filter):
        return node.name in _FILTERS and all(isinstance(argument, nodes.Const) for argument in node.args)
    if isinstance(node, nodes.Const):
        return len(str(node.value)) <= _LONGEST_CONSTANT
    return isinstance(node, _NODES)
