"""x"""


class Alerts:
    pass
