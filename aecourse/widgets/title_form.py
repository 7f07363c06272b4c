"""A form for a few titles: whoever types what they like gets an answer at once."""

import html
from collections.abc import Callable, Sequence
from functools import cached_property

import ipywidgets

from aecourse.errors import InputError
from aecourse.widgets.tuner import INVITATION, is_live

Answer = Callable[[list[str]], str]


class TitleForm:
    """Fields for titles, a button, and the answer below; a wrong title is explained there.

    In JupyterLab it displays as a form. While the book is executed for the page it displays the
    answer to the first titles, and asks the reader to open JupyterLab.

    Parameters
    ----------
    answer : callable
        From the titles that were typed to HTML.
    start : sequence of str
        What stands in the fields at first, one field a title.
    known : sequence of str
        All titles, which the browser offers while one types.

    Raises
    ------
    InputError
        If ``start`` is empty; and whatever ``answer`` raises for it.

    Examples
    --------
    >>> from aecourse import widgets
    >>> form = widgets.TitleForm(lambda titles: f"<p>Like {titles[0]}: Aliens</p>", ["Alien"])
    >>> form.titles(), form.first
    (['Alien'], '<p>Like Alien: Aliens</p>')
    """

    def __init__(self, answer: Answer, start: Sequence[str], known: Sequence[str] = ()) -> None:
        if not start:
            raise InputError("a form needs at least one title to start with.")
        self.answer, self.start, self.known = answer, list(start), tuple(known)
        self.first = answer(self.start)

    # Widgets are made when they are asked for: a page executed for the book keeps no dead fields.

    @cached_property
    def fields(self) -> list[ipywidgets.Combobox]:
        """One field for each title at the start."""
        return [
            ipywidgets.Combobox(value=title, options=self.known, description=f"film {number}")
            for number, title in enumerate(self.start, start=1)
        ]

    @cached_property
    def button(self) -> ipywidgets.Button:
        """The button that asks for an answer."""
        button = ipywidgets.Button(description="Recommend", button_style="primary")
        button.on_click(lambda _: self.submit())
        return button

    @cached_property
    def shown(self) -> ipywidgets.HTML:
        """The place of the answer, or of what is wrong."""
        return ipywidgets.HTML(self.first)

    def titles(self) -> list[str]:
        """Return what was typed; empty fields are left out."""
        return [field.value.strip() for field in self.fields if field.value.strip()]

    def submit(self) -> None:
        """Show the answer to the titles in the fields, or say what is wrong with them."""
        try:
            self.shown.value = self.answer(self.titles())
        except InputError as error:
            self.shown.value = f'<p role="alert"><strong>{html.escape(str(error))}</strong></p>'

    def _ipython_display_(self) -> None:
        from IPython.display import HTML, Markdown, display

        if is_live():
            display(ipywidgets.VBox([*self.fields, self.button, self.shown]))
        else:
            display(HTML(self.first))
            display(Markdown(f"*Typed: {'; '.join(self.start)}. {INVITATION}*"))
