"""An import contract by permission: what these packages may import from outside, and nothing else."""

import sys
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class AllowedLibraries(Contract):
    """Holds where modules of ``source_modules`` import only the standard library, ours, and ``allowed``."""

    source_modules = fields.SetField(subfield=fields.ModuleField())
    allowed = fields.SetField(subfield=fields.StringField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """List every import of a library that is not allowed."""
        libraries: Any = self.allowed or ()
        allowed = {"milo_app", "__future__", *sys.stdlib_module_names, *libraries}
        found: list[str] = []
        packages: Any = self.source_modules  # declared as a field, a set of modules once read
        for package in sorted(module.name for module in packages):
            for module in sorted({package, *graph.find_descendants(package)}):
                for imported in sorted(graph.find_modules_directly_imported_by(module)):
                    if imported.split(".")[0] not in allowed:
                        found.append(f"{module} imports {imported}")
        return ContractCheck(kept=not found, metadata={"found": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print what was found, one line each."""
        for line in check.metadata["found"]:
            output.print_error(line)
