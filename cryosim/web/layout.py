"""The page: the picture, the time below it, and a panel that says first what crosses."""

from typing import Any

from trame.ui.vuetify3 import VAppLayout
from trame.widgets import html
from trame.widgets import vuetify3 as v
from trame_client.widgets.core import AbstractElement

from cryosim.scene.choice import MOST_EXAGGERATED
from cryosim.view import style
from cryosim.web.viewer import SPEEDS

_THIN = {"density": "compact", "hide_details": True}
_SLIDER = _THIN | {"color": "primary", "thumb_size": 16, "track_size": 3}
_SWITCH = _THIN | {"color": "primary"}


def lay_out(server: Any) -> None:
    """Build the page of ``server``."""
    colours = {"primary": style.COLD, "secondary": style.FRONT, "on-surface": style.INK}
    config = {"theme": {"defaultTheme": "light", "themes": {"light": {"colors": colours}}}}
    with VAppLayout(server, vuetify_config=config) as page, page.root, html.Div(classes="cryo"):
        _head()
        with html.Main(classes="cryo-stage"):
            AbstractElement("cryo-picture")
            _views()
            html.Div("{{ wrong }}", v_if="wrong", classes="cryo-wrong",
                     raw_attrs=['role="alert"'])  # fmt: skip
        _time()
        with html.Aside(classes="cryo-panel"):
            _crossings()
            _colour()
            _cut()
            _extras()
            _probes()
            _take()
            html.P("Research and design tool, not medical advice.", classes="cryo-note")


def _named(words: str) -> dict[str, Any]:
    """What a reader of the screen says of a button without words."""
    return {"raw_attrs": [f'aria-label="{words}"']}


def _slider(name: str, words: str, low: Any, high: Any, step: float, **more: Any) -> None:
    v.VSlider(v_model=(name,), min=low, max=high, step=step, **_named(words), **_SLIDER, **more)


def _head() -> None:
    with html.Header(classes="cryo-head"):
        html.H1("{{ title }}")
        html.P("{{ moment }}", classes="cryo-moment", raw_attrs=['aria-live="polite"'])


def _views() -> None:
    """Where to look from, upon the picture."""
    with html.Div(classes="cryo-views"):
        v.VBtn("Home", prepend_icon="mdi-home-outline", click="trigger('look', ['home'])",
               title="The whole, as at first (key: h)", **_button())  # fmt: skip
        for name in ("Front", "Side", "Top"):
            v.VBtn(name, v_if="!flat", click=f"trigger('look', ['{name.lower()}'])", **_button())


def _button() -> dict[str, Any]:
    return {"size": "small", "variant": "flat", "rounded": "lg"}


def _time() -> None:
    with html.Section(classes="cryo-time"):
        v.VBtn(icon=("playing ? 'mdi-pause' : 'mdi-play'",), click="playing = !playing",
               disabled=("after",), color="primary", variant="flat", density="comfortable",
               raw_attrs=[""":aria-label="playing ? 'Pause' : 'Play'\" """], classes="cryo-play",
               title="Play or pause (key: space)")  # fmt: skip
        _slider("step", "Time", 0, ("last",), 1, classes="cryo-step", disabled=("after",))
        html.Span("{{ now }}", classes="cryo-now")
        with v.VBtnToggle(v_model=("speed",), mandatory=True, classes="cryo-speed", **_toggle()):
            for name in SPEEDS:
                v.VBtn(name, value=name, size="x-small")


def _toggle() -> dict[str, Any]:
    return {"density": "compact", "variant": "outlined", "divided": True, "color": "primary"}


def _crossings() -> None:
    with html.Section(), html.Table(classes="cryo-layers"):
        with html.Thead(), html.Tr():
            html.Th("Layer", scope="col")
            with html.Th(scope="col", colspan=2):
                html.Span("{{ flat ? 'area' : 'volume' }} below")
                html.Span("{{ Number(threshold).toFixed(1) }} °C")
                html.Span(" at {{ at_time }}", v_if="after")
            html.Th("coldest", scope="col")
        with (
            html.Tbody(),
            html.Tr(
                v_for="row in crossings", key="row.name", classes=("{ crossed: row.share > 0 }",)
            ),
        ):
            with html.Td(), html.Label():
                html.Input(type="checkbox", checked=("!hidden.includes(row.name)",),
                           change="trigger('toggle', [row.name])",
                           style=("{ '--swatch': row.colour }",))  # fmt: skip
                html.Span("{{ row.title }}")
            with html.Td(classes="cryo-share"), html.I():
                html.B(style=("{ width: row.share + '%' }",))
            html.Td("{{ row.words }}", classes="cryo-number")
            html.Td("{{ row.coldest }}", classes="cryo-number")


def _colour() -> None:
    with html.Section(v_show="!after"):
        v.VSelect(v_model=("colour",), items=("colours",), label="Coloured by",
                  variant="outlined", **_THIN)  # fmt: skip
        v.VSwitch(v_model=("isosurface",), label="Isosurface", **_SWITCH)
        with html.Div(classes="cryo-row"):
            _slider("threshold", "Temperature of the isosurface", ("low",), ("high",), 0.1)
            v.VTextField(v_model_number=("threshold",), type="number",
                         suffix="°C", variant="outlined", classes="cryo-degrees",
                         **_named("Temperature of the isosurface"), **_THIN)  # fmt: skip


def _cut() -> None:
    with html.Section(v_if="cuts.length > 1"):
        html.H2("Cut")
        with v.VBtnToggle(v_model=("cut",), mandatory=True, classes="cryo-cuts", **_toggle()):
            v.VBtn("{{ name }}", v_for="name in cuts", key="name", value=("name",), size="small")
        with html.Div(v_show="['x', 'y', 'z'].includes(cut)", classes="cryo-row"):
            _slider("at", "Place of the cut", 0, 1, 0.01)
            html.Span("at {{ Math.round(100 * at) }} %", classes="cryo-value")


def _extras() -> None:
    with html.Section(v_if="has_applicators || days.length"):
        v.VSwitch(
            v_if="has_applicators",
            v_model=("applicators",),
            label="Applicator",
            disabled=("after",),
            **_SWITCH,
        )
        v.VSwitch(v_if="days.length", v_model=("after",), label="Fat layer before and after",
                  **_SWITCH)  # fmt: skip
        with html.Div(v_if="after"):
            with html.Div(classes="cryo-row"):
                _slider("day", "Day after treatment", 0, ("days.length - 1",), 1)
                html.Span("day {{ days[day] }}", classes="cryo-value")
            with html.Div(classes="cryo-row"):
                _slider("exaggeration", "Exaggeration of the loss", 1, MOST_EXAGGERATED, 0.5)
                html.Span("loss × {{ exaggeration }}", classes="cryo-value")


def _probes() -> None:
    with html.Section():
        html.H2("Probes")
        html.P("Click or tap the tissue to follow a point in time.", v_if="!probes.length",
               classes="cryo-hint")  # fmt: skip
        html.Img(v_if="curves", src=("curves",), classes="cryo-curves",
                 alt="The shown field at the points against time")  # fmt: skip
        with html.Div(v_if="probes.length", classes="cryo-row cryo-wrap"):
            v.VChip("{{ probe.name }}: {{ probe.layer }}, {{ probe.depth }}", closable=True,
                    v_for="probe in probes", key="probe.name", size="small", label=True,
                    click_close="trigger('forget', [probe.name])")  # fmt: skip
            v.VBtn("Clear", click="trigger('forget')", **_button())


def _take() -> None:
    with html.Section(classes="cryo-take"):
        html.H2("Save")
        v.VBtn("Picture", href="picture.png", prepend_icon="mdi-image-outline",
               raw_attrs=["download"], **_button())  # fmt: skip
        for kind in ("mp4", "gif"):
            v.VBtn(f"Film ({kind.upper()})", click=f"trigger('film', ['{kind}'])",
                   disabled=("filming",), prepend_icon="mdi-movie-open-outline",
                   **_button())  # fmt: skip
        with html.Div(v_if="filming", classes="cryo-row"):
            v.VProgressLinear(model_value=("filmed",), color="primary", height=6, rounded=True)
            html.Span("{{ Math.round(filmed) }} %", classes="cryo-value")
        v.VBtn("Save {{ film }}", v_if="film", href=("film",), color="primary",
               raw_attrs=["download"], prepend_icon="mdi-download", **_button())  # fmt: skip
