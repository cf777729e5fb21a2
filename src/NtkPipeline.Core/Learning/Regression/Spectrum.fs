namespace NtkPipeline.Core

open System.Runtime.InteropServices
open TorchSharp

/// The eigendecomposition K = Q Λ Qᵀ of a kernel matrix, in float64. One of them answers every question about ridges,
/// held-out rows and training times.
type Spectrum = {
    /// The N eigenvalues as the solver gave them, largest first. Rounding may have made some of them negative.
    Computed: float[]
    /// Q, N × N: column k is the eigenvector of `Computed[k]`.
    Vectors: Matrix<float>
} with

    member this.Rows = this.Vectors.Rows

[<RequireQualifiedAccess>]
module Spectrum =

    /// Λ, largest first: the computed eigenvalues, those below 0 set to 0.
    let values (spectrum: Spectrum) : float[] = spectrum.Computed |> Array.map (max 0.0)

    /// Eigenvalues that rounding had made negative.
    let clipped (spectrum: Spectrum) : int =
        spectrum.Computed |> Array.filter (fun value -> value < 0.0) |> Array.length

    /// The most negative of them, 0 where none was.
    let mostNegative (spectrum: Spectrum) : float = spectrum.Computed |> Array.fold min 0.0

    /// Computed eigenvalues up to here cannot be told from 0 in float64.
    let rounding (spectrum: Spectrum) : float = float spectrum.Rows * 2.2e-16 * max 0.0 spectrum.Computed[0]

    /// The spectrum of K + λI.
    let shift (ridge: float) (spectrum: Spectrum) : Spectrum = {
        spectrum with
            Computed = spectrum.Computed |> Array.map ((+) ridge)
    }

    /// Q as a tensor with its own copy.
    let vectors (spectrum: Spectrum) : torch.Tensor =
        spectrum.Vectors |> KernelMatrix.Double |> KernelMatrix.toTensor

    /// How negative an eigenvalue may be by rounding: entries off by u·max|diag| move it by at most N times that, and the
    /// solver's own error is below N units in the last place of Λ_max.
    let allowance (kernel: KernelMatrix) (largest: float) : float =
        let n = float (KernelMatrix.rows kernel)
        let scale = KernelMatrix.diagonal kernel |> Array.fold (fun most x -> max most (abs x)) 0.0
        n * (KernelMatrix.entryRounding kernel * scale + 2.3e-16 * abs largest)

    /// A pair of rows whose entry is greater than positive semi-definiteness allows, |K_ij| ≤ √(K_ii K_jj).
    let private tooGreat kernel (diagonal: float[]) =
        seq {
            for i in 0 .. diagonal.Length - 1 do
                for j in 0 .. i - 1 do
                    let entry = KernelMatrix.entry i j kernel

                    if entry * entry > diagonal[i] * diagonal[j] * (1.0 + 1e-5) then
                        i, j, entry
        }
        |> Seq.tryHead

    /// Which entry makes a matrix indefinite, or at least which rows.
    let private culprit kernel (spectrum: Spectrum) =
        let diagonal = KernelMatrix.diagonal kernel

        match diagonal |> Array.tryFindIndex (fun x -> x < 0.0), tooGreat kernel diagonal with
        | Some i, _ -> $"its entry (%d{i}, %d{i}) is %g{diagonal[i]}"
        | None, Some(i, j, entry) ->
            $"its entry (%d{i}, %d{j}) is %g{entry}, and its diagonal allows %g{sqrt (diagonal[i] * diagonal[j])}"
        | None, None ->
            let last = spectrum.Rows - 1
            let rows = [| 0..last |] |> Array.sortBy (fun i -> -abs spectrum.Vectors[i, last], i)
            $"rows %d{rows[0]} and %d{rows[min 1 last]} weigh most in its direction"

    let private checkSign name kernel (spectrum: Spectrum) =
        let allowed = allowance kernel spectrum.Computed[0]
        let least = spectrum.Computed[spectrum.Rows - 1]

        if least >= -allowed then
            Ok spectrum
        else
            Error(
                NumbersRefused
                    $"%s{name}: its smallest eigenvalue is %g{least}, and rounding explains no more than %g{-allowed}, so it is not positive semi-definite; %s{culprit kernel spectrum}"
            )

    let private solve name kernel =
        use _ = torch.NewDisposeScope()

        try
            let struct (values, vectors) = torch.linalg.eigh (KernelMatrix.view kernel)

            Ok {
                Computed = Tensors.toArray64 (values.flip 0L)
                Vectors = Tensors.toMatrix64 (vectors.flip 1L)
            }
        with :? ExternalException ->
            Error(NumbersRefused $"%s{name}: its eigenvalues could not be computed")

    /// The eigendecomposition of a symmetric positive semi-definite matrix, by LAPACK's divide and conquer. Eigenvalues below 0
    /// by no more than rounding are kept as they came and count as 0; greater ones are refused.
    let decompose (name: string) (kernel: KernelMatrix) : Result<Spectrum, PipelineError> =
        KernelMatrix.check name kernel
        |> Result.bind (fun () -> solve name kernel)
        |> Result.bind (checkSign name kernel)

    let private ofStored (values: float[], vectors: Matrix<float>) =
        if values.Length = vectors.Rows && vectors.Rows = vectors.Columns then
            Ok { Computed = values; Vectors = vectors }
        else
            Error
                $"it holds %d{values.Length} values and %d{vectors.Rows} × %d{vectors.Columns} vectors, which are no eigendecomposition"

    /// NumPy's .npz with `values`, largest first, and `vectors`, one a column.
    let codec: Codec<Spectrum> =
        Codec.pair ("values", Codec.vector) ("vectors", Codec.matrix64)
        |> Codec.map "spectrum/1" (fun spectrum -> spectrum.Computed, spectrum.Vectors) ofStored
