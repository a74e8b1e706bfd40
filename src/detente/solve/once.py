"""Compiling only what is run.

Numba takes every function down to machine code by itself, and then again within each that calls it, and within each that calls that. Of the kernels' functions
only the outermost are ever run by themselves. So the others, *parts*, are taken no further than to LLVM's language; and what is run, a *whole*, is optimised once,
with all its parts in it. Passes that have nothing to do in kernels, which have no closures, no expressions of whole arrays and no branches on types, are left out.

A part must not raise: what Numba raises with is only put in place for what is run.

This reaches into Numba: :mod:`detente.solve.compiled`, which alone imports it, does so with the versions that it has been tried with. With others everything is compiled as Numba compiles it, which takes half as long again.
"""

# ruff: noqa: SLF001 - see above
from __future__ import annotations

from typing import Any

import llvmlite.binding as llvm
from numba import _dynfunc
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NativeLowering

SUPERFLUOUS = frozenset(
    (
        "with_lifting",
        "inline_closure_likes",
        "rewrite_semantic_constants",
        "make_function_op_code_to_jit_function",
        "inline_inlinables",
        "dead_branch_prune",
        "find_literally",
        "literal_unroll",
        "inline_overloads",
        "nopython_rewrites",
        "dump_parfor_diagnostics",
    )
)


class _Whole(JITCodeLibrary):  # type: ignore[misc]
    """Code that is run: optimised when all its parts are there. What is to be vectorised or unrolled is written so."""

    def _optimize_functions(self, module: Any) -> None:
        module.data_layout = self._codegen._data_layout

    def _optimize_final_module(self) -> None:
        options = llvm.create_pipeline_tuning_options(speed_level=2)
        options.loop_vectorization = options.slp_vectorization = options.loop_unrolling = False
        builder = llvm.create_pass_builder(self._codegen._tm, options)
        builder.getModulePassManager().run(self._final_module, builder)


class _Part(_Whole):
    """Code that is only run as part of other code."""

    def finalize(self) -> None:
        self._raise_if_finalized()
        for library in dict.fromkeys(self._linking_libraries):
            self._reload_init.update(library._reload_init)
            self._final_module.link_in(library._get_module_for_linking(), preserve=True)
        # As Numba marks a copy of what other code takes in: it may be there twice, and goes where nothing calls it.
        for function in self._final_module.functions:
            if not function.is_declaration and function.linkage == llvm.Linkage.external:
                function.linkage = llvm.Linkage.linkonce_odr
        self._shared_module = self._final_module
        self._finalized = True


@register_pass(mutates_CFG=True, analysis_only=False)
class _LowerWhole(NativeLowering):  # type: ignore[misc]
    """From Numba's language to LLVM's and to machine code."""

    _name = "lower_whole"

    def run_pass(self, state: Any) -> bool:
        state.library = _Whole(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()
        return bool(super().run_pass(state))


@register_pass(mutates_CFG=True, analysis_only=False)
class _LowerPart(NativeLowering):  # type: ignore[misc]
    """From Numba's language to LLVM's."""

    _name = "lower_part"

    def run_pass(self, state: Any) -> bool:
        library = state.library = _Part(state.targetctx.codegen(), state.func_id.func_qualname)
        state.flags.no_compile = True
        super().run_pass(state)
        lowered = state["cr"]
        # Numba knows a compiled function by its entry for Python. This one, which leads nowhere, stands for the part in what calls it.
        name = lowered.fndesc.qualname.split(".")[-1]
        entry = _dynfunc.make_function(lowered.fndesc.lookup_module(), name, "", 0, lowered.env, (library,))
        state.targetctx.insert_user_function(entry, lowered.fndesc, [library])
        state["cr"] = lowered._replace(cfunc=entry)
        return True


class _Compiler(CompilerBase):  # type: ignore[misc]
    lowering: Any

    def define_pipelines(self) -> list[Any]:
        passes = DefaultPassBuilder.define_nopython_pipeline(self.state)
        passes.passes = [
            (self.lowering if kind is NativeLowering else kind, what)
            for kind, what in passes.passes
            if getattr(kind, "_name", "") not in SUPERFLUOUS
        ]
        passes.finalize()
        return [passes]


class WholeCompiler(_Compiler):
    """Of what is run."""

    lowering = _LowerWhole


class PartCompiler(_Compiler):
    """Of its parts."""

    lowering = _LowerPart
