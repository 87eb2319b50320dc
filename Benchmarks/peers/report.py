"""Results as tables in Markdown, or as a JSON document per line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from results import OURS, Results


def tables(results: Results, settings: Mapping[str, str]) -> str:
    parts = []
    for title, peers in [("Fast settings", tuned(results)), ("Defaults, measured once", defaults(results))]:
        if peers:
            parts += [f"{title}:", values_table(results, [OURS, *peers]), "BackOps ÷ peer:", ratios_table(results, peers)]
    parts += ["BackOps ÷ the best of these, against the targets:", targets_table(results)]
    parts.append(", ".join(f"{name} {value}" for name, value in settings.items()))
    return "\n\n".join(parts)


def tuned(results: Results) -> list[str]:
    return [name for name in results.peers if "," not in name]


def defaults(results: Results) -> list[str]:
    return [name for name in results.peers if "," in name]


def values_table(results: Results, names: Sequence[str]) -> str:
    rows = [[measure.name, measure.unit, *(text(results.value(name, measure)) for name in names)] for measure in results.measures]
    return table(["measure", "unit", *names], rows)


def ratios_table(results: Results, peers: Sequence[str]) -> str:
    rows = [[measure.name, *(text(results.ratio(peer, measure)) for peer in peers)] for measure in results.measures]
    return table(["measure", *peers], rows)


def targets_table(results: Results) -> str:
    rows = []
    for measure in results.measures:
        ratio = results.ratio_to_best(measure)
        if ratio is not None:
            verdict = "" if measure.target is None else "✓" if measure.is_met(ratio) else "✗"
            rows.append([measure.name, text(ratio), measure.bound, verdict])
    return table(["measure", "ratio", "target", ""], rows)


def table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in [titles, *rows]) for column in range(len(titles))]

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"

    return "\n".join([line(titles), line(["-" * max(3, width) for width in widths]), *map(line, rows)])


def text(value: float | None) -> str:
    """Three digits that count."""
    if value is None:
        return "–"
    size = abs(value)
    return f"{value:,.{0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3}f}"


def lines(results: Results, settings: Mapping[str, str]) -> Iterator[str]:
    """The settings first, then the results, then the ratios."""
    yield json.dumps({"settings": settings})
    for measure in results.measures:
        for name in results.contestants:
            values = list(results.values(name, measure).values())
            if values:
                value = results.value(name, measure)
                result = {"contestant": name, "measure": measure.name, "value": value, "unit": measure.unit, "runs": values}
                yield json.dumps(result)
    for measure in results.measures:
        ratios = {peer: ratio for peer in results.peers if (ratio := results.ratio(peer, measure)) is not None}
        best = results.ratio_to_best(measure)
        met = measure.is_met(best) if measure.target is not None and best is not None else None
        yield json.dumps(
            {"ratio": measure.name, "to": ratios, "to_best": best, "bound": measure.bound or None, "met": met},
            ensure_ascii=False,
        )
