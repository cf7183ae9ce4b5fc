"""Names that rules compare with and that there are not: such a rule is no mistake, but it may never match."""

from collections.abc import Collection, Iterator, Mapping

from cmsp_agent.config.nearest import did_you_mean
from cmsp_agent.model.errors import Problem
from cmsp_agent.pipeline.rules.language import Compiled
from cmsp_agent.pipeline.rules.rule import Rules, SequenceRule

_EXACT = ("==", "!=", "in")


def unknown_names(rules: Rules, known: Mapping[str, Collection[str]]) -> Iterator[Problem]:
    """A warning for each name that is compared with a field and is none of those known.

    Args:
        rules: to look at.
        known: field (`type`, `component`, `site`) → the names that there are. Other fields are not looked at.
    """
    for _, rule in rules.in_order():
        conditions = [rule.condition, rule.after] if isinstance(rule, SequenceRule) else [rule.condition]
        for text in dict.fromkeys(each for condition in conditions for each in _unknown(condition, known)):
            yield Problem(rule.origin.file, rule.origin.line, rule.name, f"{rule.name}: {text}")


def _unknown(condition: Compiled, known: Mapping[str, Collection[str]]) -> Iterator[str]:
    for field, operator, value in condition.compared:
        names = known.get(field, ())
        if names and operator in _EXACT and value and value not in names:
            yield f"there is no {field} '{value}'{did_you_mean(value, names)}"
