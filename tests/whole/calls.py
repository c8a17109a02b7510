"""x"""


class Calls:
    pass
