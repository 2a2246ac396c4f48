"""A picture of times against the size of the city, in docs/."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl
from matplotlib import pyplot

DOCS = Path(__file__).parent.parent / "docs"
STYLE = {"svg.hashsalt": "cobroke", "svg.fonttype": "none", "font.family": "sans-serif"}


def draw(name: str, curves: Mapping[int, Mapping[str, float]], title: str, ours: str) -> None:
    """Draw for each contestant its times against the sizes, both in powers of ten, as multiples of
    our own time in the smallest city. The same numbers give the same file.
    """
    sizes = sorted(curves)
    unit = curves[sizes[0]][ours]
    with mpl.rc_context(STYLE):
        figure, axes = pyplot.subplots(figsize=(8, 5))
        for contestant in curves[sizes[0]]:
            times = [curves[size][contestant] / unit for size in sizes]
            heavy = {"linewidth": 3} if contestant == ours else {"linewidth": 1.2}
            axes.plot(sizes, times, marker="o", label=contestant, **heavy)
        axes.set(xscale="log", yscale="log", title=title)
        axes.set(xlabel="listings in the city", ylabel=f"time (1 = {ours}, {sizes[0]:,} listings)")
        axes.grid(visible=True, which="both", alpha=0.2)
        axes.legend()
        figure.savefig(DOCS / name, metadata={"Date": None}, bbox_inches="tight")
        pyplot.close(figure)
