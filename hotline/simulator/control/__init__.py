"""The hand behind the pretend world: phones act, the carrier misbehaves, a judge looks. JSON over HTTP."""
