"""The backend `pytorch`: runs .pt2 files as PyTorch itself loads them."""

from __future__ import annotations

from conformance_worker import Artifact, Backend, Options, Session, Worker, WorkerError, installed_version


class PytorchBackend(Backend):
    """torch.export.load(file).module(), a session for each file."""

    name = "pytorch"
    formats = ("pt2",)

    def version(self) -> str:
        return installed_version("torch", "pytorch")

    def prepare(self, artifact: Artifact, options: Options) -> Session:
        import torch
        from conformance_torch.programs import ProgramSession, load_program

        for name in options.extra:
            raise WorkerError("invalid", f"pytorch has no option {name!r}")
        torch.set_num_threads(options.threads)
        return ProgramSession(load_program(artifact.path), options.seed)


if __name__ == "__main__":
    raise SystemExit(Worker([PytorchBackend()]).main())
