"""`make drill`: a change of the signing key, walked on a stack of its own on the emulator."""
