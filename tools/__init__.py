"""What a developer runs: the emulator, the demo, the checks around a deploy."""
