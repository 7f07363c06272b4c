import re
import subprocess
import sys

import nbformat
import numpy as np

from aecourse import plots


def test_a_built_page_shows_the_figure_with_its_alt_text_and_width(tmp_path):
    figure = plots.images(np.zeros((2, 8, 8)), alt='Two black squares, "empty" ones.')
    data, metadata = figure._repr_mimebundle_()
    cell = nbformat.v4.new_code_cell("figure", execution_count=1)
    cell.outputs = [
        nbformat.v4.new_output("execute_result", data, metadata=metadata, execution_count=1)
    ]
    title = nbformat.v4.new_markdown_cell("# A page")
    language = {"language_info": {"name": "python", "pygments_lexer": "ipython3"}}
    notebook = nbformat.v4.new_notebook(cells=[title, cell], metadata=language)
    nbformat.write(notebook, tmp_path / "index.ipynb")
    (tmp_path / "conf.py").write_text('extensions = ["myst_nb"]\nnb_execution_mode = "off"\n')
    command = [sys.executable, "-m", "sphinx", "-W", "-q", "-b", "html", ".", "built"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    page = (tmp_path / "built" / "index.html").read_text()
    (image,) = [tag for tag in re.findall(r"<img[^>]*>", page) if "_images" in tag]
    assert 'alt="Two black squares, &quot;empty&quot; ones."' in image
    assert f"width: {metadata['image/png']['width']}px" in image
