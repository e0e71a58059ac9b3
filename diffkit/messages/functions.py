"""Sentences of the language and its accuracy."""

SENTENCES = {
    "functions.headline": "Functions of the language: accuracy in ulps, in math and in NumPy, over the domain named",
    "rules.headline": "Accuracy of the primitive table in ulps, measured in math and in NumPy at {points} points of each domain",
    "rules.held": "every row is as accurate as it states",
    "rules.broken": "less accurate than stated: {functions}",
    "rules.caption": "The largest error of value and partials in ulps over {points} points, beside what the row states.",
    "rules.textbook": "{function}: the textbook's {form} errs by {ulps} ulps at {at}",
    "heading.functions": "The functions of the language",
}
