"""The real agent under the tests' hands: a folder for it, its process, its API as a client sees it."""
