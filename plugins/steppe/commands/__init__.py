"""The commands of ``./steppe``, one module for each job; ``steppe.cli`` puts them together."""
