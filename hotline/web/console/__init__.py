"""The console: where staff see and steer everything, in the browser.

One module a noun, with its templates in a folder of the same name; no room imports another.
"""
