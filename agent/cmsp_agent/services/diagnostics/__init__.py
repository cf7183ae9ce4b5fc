"""Looking at a device from afar: a fixed list of questions, each with checked arguments and a bounded answer."""
