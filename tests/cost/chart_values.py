#!/usr/bin/env python3
"""Compares what a browser shows of a report with the report as JSON.

usage: chart_values.py DOM JSON      DOM: what `chromium --dump-dom` printed
"""
import html.parser
import json
import sys


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.figure = self.section = None
        self.figures, self.facts, self.outside, self.state, self.head, self.explained = {}, {}, [], None, None, []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.outside += [f"{tag} {name}={value}" for name, value in attrs if name in ("src", "href", "onload", "onclick")]
        if tag in ("script", "link", "iframe", "object", "img"):
            self.outside.append(tag)
        if tag == "figure":
            self.figure = self.figures.setdefault(values["id"], [])
        if tag == "section":
            self.section = self.facts.setdefault((values["data-line"], values["data-currency"]), {})
        if "data-fact" in values:
            self.section[values["data-fact"]] = values["data-amount"]
        if tag in ("rect", "circle", "line") and ("data-amount" in values or "data-budget" in values):
            self.figure.append((tag, values))
        if "data-explained" in values:
            self.explained.append(values["data-explained"])
        self.state = values.get("data-state", self.state)
        self.head = values.get("data-head", self.head)


def nanos(text):
    return int(text.replace(".", ""))


def bars(figure, wanted):
    shown = {mark["data-name"]: mark["data-amount"] for tag, mark in figure if tag == "rect"}
    assert shown == wanted, (shown, wanted)
    largest = max(abs(nanos(amount)) for amount in wanted.values())
    scale = max(float(mark["width"]) for _, mark in figure)
    for _, mark in figure: # a picture may be off by a hundredth of a pixel
        exact = abs(nanos(mark["data-amount"])) / largest * scale if largest else 0
        assert abs(float(mark["width"]) - exact) < 0.02, (mark, exact)


page, report = Page(), json.load(open(sys.argv[2], encoding="utf-8"))
page.feed(open(sys.argv[1], encoding="utf-8").read())
assert not page.outside, page.outside
assert page.state == report["state"]
assert page.head == (report["ledger"] or {}).get("head")
assert page.explained == [f"{each['month']} {each['currency']} {each['share']}" for each in report["bill_explained"]], page.explained
assert page.explained or not report["ledger"] or report["of"] not in ("group", "grant", "university")
for total in report["totals"]:
    currency = total["currency"]
    lines = [line for line in report["lines"] if line["currency"] == currency]
    bars(page.figures[f"lines-{currency}"], {line["name"]: line["total"] for line in lines})
    bars(page.figures[f"types-{currency}"], {each["name"]: each["amount"] for each in report["instance_types"] if each["currency"] == currency})
    waste = {line["name"]: line["waste"] for line in lines if nanos(line["waste"])}
    assert waste or f"waste-{currency}" not in page.figures
    if waste:
        bars(page.figures[f"waste-{currency}"], waste)
    points = [mark for tag, mark in page.figures[f"burn-down-{currency}"] if tag == "circle"]
    days = [each for each in report["days"] if each["currency"] == currency]
    assert [(point["data-name"], point["data-amount"]) for point in points] == [(day["name"], day["amount"]) for day in days]
    so_far = 0
    for point, day in zip(points, days):
        so_far += nanos(day["amount"])
        assert nanos(point["data-sum"]) == so_far
    budgets = [line["budget"] for line in lines]
    drawn = [mark["data-budget"] for tag, mark in page.figures[f"burn-down-{currency}"] if tag == "line"]
    if all(budget and (budget["from"], budget["to"]) == (report["from"], report["to"]) for budget in budgets):
        assert nanos(*drawn) == sum(nanos(budget["amount"]) for budget in budgets)
    else:
        assert not drawn
    for line in lines:
        facts = page.facts.get((line["name"], currency))
        if facts is None:
            assert not line["budget"] and len(report["lines"]) > 3, line["name"]
            continue
        for fact in "total", "waste", "storage", "transfer":
            assert facts[fact] == line[fact], (fact, facts)
        assert facts.get("grant-end") == line["grant_end"]
        shares = [f"{each['month']} {each['share']}" for each in report["bill_explained"] if each["currency"] == currency]
        assert facts.get("explained") == (", ".join(shares) or None), (facts, shares)
        if not line["budget"]:
            continue
        assert facts["held"] == (line["budget"]["held"] or "")
        assert facts["total"] == line["total"] and facts["waste"] == line["waste"]
        for fact, key in ("budget", "amount"), ("spent", "spent"), ("remaining", "remaining"), ("forecast", "forecast"):
            assert facts[fact] == line["budget"][key], (fact, facts)
print(len(page.figures), "figures,", len(page.facts), "sections")
