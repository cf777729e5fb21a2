namespace NtkPipeline.Core

open System
open FsToolkit.ErrorHandling

/// How far Nyström's predictions lie from exact ones, measured on a subset with as many landmarks for its size.
type NystromError = {
    Rows: int
    Landmarks: int
    /// ‖f − f_exact‖/‖f_exact‖ on rows outside the subset, the largest of all systems.
    Relative: float
}

[<RequireQualifiedAccess>]
module NystromError =

    /// Rows of the subset that Nyström's error is measured on, and other rows it is measured at.
    let private subset, private others = 2000, 1000

    /// Nyström against exact on a random subset, at rows outside it.
    let measure
        (landmarks: int)
        (seed: Seed)
        (kernel: TiledKernel)
        (systems: RidgeSystems)
        : Result<NystromError, PipelineError> =
        let n = kernel.Xs.Count
        let order = [| 0 .. n - 1 |]
        (Seed.random (Seed.derive "subset" seed)).Shuffle order
        let chosen, rest = order |> Array.truncate subset, order |> Array.skip (min subset n)
        let smaller = TiledKernel.some chosen kernel

        let asked =
            if rest.Length = 0 then
                smaller.Xs
            else
                KernelRows.gather (Array.truncate others rest) kernel.Xs

        let rank = int (Math.Ceiling(float landmarks * float chosen.Length / float n))

        let systems = {
            systems with
                Targets = systems.Targets |> Array.map (fun y -> chosen |> Array.map (fun i -> y[i]))
        }

        result {
            let! alphas, _ = TiledKernel.exact true smaller systems
            let! preconditioner = TiledKernel.lowRank rank seed (fun _ _ -> ()) smaller
            let fit = Nystrom.fit preconditioner systems
            let truth = TiledKernel.predict smaller alphas asked
            let found = TiledKernel.predict (TiledKernel.some fit.Landmarks smaller) fit.Weights asked
            let row (s: int) (m: Matrix<float>) = (Matrix.row s m).ToArray()

            return {
                Rows = chosen.Length
                Landmarks = fit.Landmarks.Length
                Relative =
                    [| 0 .. truth.Rows - 1 |]
                    |> Array.map (fun s ->
                        TiledKernel.norm (Array.map2 (-) (row s found) (row s truth))
                        / TiledKernel.norm (row s truth))
                    |> Array.max
            }
        }
