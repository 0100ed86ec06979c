"""Stand-ins for packages that the server declares, imports, and never calls on the tested paths.

Python imports this file by itself at the start of every process, JEDI's children included. A package named below that
is not installed imports as an empty one: any name can be imported from it and is a class that cannot be made, whose
own methods (settings, made at import) do nothing.
"""

import importlib.abc
import importlib.machinery
import sys

ABSENT = {"polars", "numpy", "scipy", "rucio", "snakemake", "ruamel", "bs4", "cwl_utils", "httpx", "OpenSSL", "dogpile", "tabulate"}


class AbsentType(type):
    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args, **kwargs: None


class AbsentError(Exception, metaclass=AbsentType):
    """The base of every name of an absent package: as good in `except` as in `class X(...)`."""

    def __init__(self, *args, **kwargs):
        raise NotImplementedError(f"{type(self).__module__}.{type(self).__name__} is not on the test server")


class AbsentLoader(importlib.abc.Loader):
    def create_module(self, spec):
        return None

    def exec_module(self, module):
        name = module.__name__

        def attribute(item):
            if item.startswith("__"):
                raise AttributeError(item)
            return AbsentType(item, (AbsentError,), {"__module__": name})

        module.__path__ = []
        module.__getattr__ = attribute


class AbsentFinder(importlib.abc.MetaPathFinder):
    """Last of all finders, so an installed package wins."""

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] not in ABSENT:
            return None
        return importlib.machinery.ModuleSpec(name, AbsentLoader(), is_package=True)


sys.meta_path.append(AbsentFinder())
