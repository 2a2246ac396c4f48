"""`make drill`: the rotation of the signing key, walked on a stack of its own on the emulator."""
