"""Prove a flow before anyone hears it: links, bounds, words, placeholders, sizes, promises."""

from hotline.operations.check.measure import Measure
from hotline.operations.check.prove import check
from hotline.operations.check.reviews import review_faults
from hotline.operations.check.subject import Subject

__all__ = ["Measure", "Subject", "check", "review_faults"]
