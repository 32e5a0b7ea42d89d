"""What the office made of our sheets survives the redraw: widths, folds, filters, notes, columns with their formulas, paint.

Everything here is pure: `keep.keep` takes a sheet as the office left it and the same sheet freshly drawn, and gives the
freshly drawn one with what is the office's own, and the list of what could not be kept. `docs/own-register.md` has the rules.
"""
