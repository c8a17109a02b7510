"""What the broadcast benchmark is made of: a stand-in carrier, a stage, performers, and the nine points."""
