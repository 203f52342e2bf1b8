"""A made document as one HTML file that needs nothing else: for those who have no GitHub before them."""

from __future__ import annotations

import re
from html import escape

from markdown_it import MarkdownIt

STYLE = """
body { font: 15px/1.55 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; margin: 0 auto; max-width: 76rem;
  padding: 1rem 1.5rem 4rem; color: #1c2421; background: #fff; }
h1, h2, h3 { line-height: 1.25; margin-top: 2rem; } h2 { border-bottom: 2px solid #14604d; }
a { color: #14604d; } code, pre { font-size: .92em; } pre { background: #f3f5f3; padding: .75rem 1rem; overflow: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; } th, td { text-align: left; vertical-align: top; padding: .3rem .6rem;
  border-bottom: 1px solid #d9dfdb; } th { color: #566560; }
nav { columns: 3 14rem; font-size: .9rem; } nav ul { list-style: none; padding-left: .8rem; margin: 0; }
svg { width: 100%; height: auto; } svg line { stroke: #86a79b; stroke-width: 1; } svg text { font-size: 13px; fill: #1c2421; }
svg .fact { fill: #dcefe7; } svg .dimension { fill: #fbeecb; } svg a:hover rect { stroke: #14604d; }
@media print { @page { size: A4; margin: 14mm; } body { font-size: 9.5pt; max-width: none; padding: 0; } tr { break-inside: avoid; } }
"""


def page(markdown: str, drawing: str) -> str:
    """A Markdown text as a page with a table of contents; its diagram, which only GitHub draws, is replaced by a drawing."""
    body = MarkdownIt("commonmark").enable("table").render(markdown)
    body = re.sub(r'<pre><code class="language-mermaid">.*?</code></pre>', lambda _: drawing, body, flags=re.DOTALL)
    contents: list[str] = []

    def heading(match: re.Match[str]) -> str:
        level, text = match[1], match[2]
        name = anchor(re.sub(r"<[^>]+>", "", text))
        if level != "1":
            contents.append(f'<li class="h{level}"><a href="#{name}">{text}</a></li>')
        return f'<h{level} id="{name}">{text}</h{level}>'

    body = re.sub(r"<h([1-3])>(.*?)</h\1>", heading, body)
    title = escape(markdown.splitlines()[0].removeprefix("# "))
    first, end, rest = body.partition("</h1>")
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title} · Steppe</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n{first}{end}\n<nav><ul>\n"
        + "\n".join(contents)
        + f"\n</ul></nav>{rest}</body>\n</html>\n"
    )


def anchor(heading: str) -> str:
    """The name that GitHub gives a heading, so that links hold in both forms."""
    return re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", heading.lower()).strip())
