namespace NtkPipeline.Core

open System

/// The kernel of one pair of rows, for many pairs: the definition, `AnalyticNtk`'s, with duals without a closed form summed by
/// Hermite series where these are found to be within 1e-12 of it for the rows' norms.
[<RequireQualifiedAccess>]
module PairKernel =

    /// Whether `quick` is the definition to within 1e-12·√(K_xx K_zz) at several angles, for norms taken at regular steps of the
    /// rows' sorted ones.
    let private verified (quick: Moments -> float) (entry: Moments -> float) (norms: float[]) =
        let sorted = norms |> Array.filter (fun norm -> norm > 0.0) |> Array.sort

        let isNear (u, v, angle: float) =
            let m = Moments.ofAngle u v (cos angle) (sin angle)
            let scale = sqrt (entry (Moments.same u)) * sqrt (entry (Moments.same v))
            let gap = abs (quick m - entry m)
            gap <= 1e-12 * scale || not (Double.IsFinite gap)

        let samples = [
            if sorted.Length > 0 then
                let at step = sorted[step * (sorted.Length - 1) / 4]

                for step in 0..4 do
                    for angle in [ 0.1; 1.2; 3.0 ] do
                        at step, at (4 - step), angle
        ]

        samples |> List.forall isNear

    /// Makes the kernel of a pair for many pairs of rows of these norms, of `columns` entries each. What one makes remembers its
    /// rows' series, so each part of a large matrix has its own.
    let maker
        (kernel: Integrals -> Network -> int -> Moments -> float)
        (network: Network)
        (columns: int)
        (norms: float[])
        : unit -> Moments -> float =
        let exact = kernel Integrals.byQuadrature network columns

        if (AnalyticNtk.integrated network).IsEmpty then
            fun () -> exact
        else
            let quick () = kernel (Integrals.bySeries ()) network columns
            if verified (quick ()) exact norms then quick else fun () -> exact

    /// The kernel of a pair for many pairs of rows of these norms, of `columns` entries each.
    let ofNorms
        (kernel: Integrals -> Network -> int -> Moments -> float)
        (network: Network)
        (columns: int)
        (norms: float[])
        : Moments -> float =
        maker kernel network columns norms ()
