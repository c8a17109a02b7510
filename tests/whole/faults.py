"""x"""


class Faults:
    pass
