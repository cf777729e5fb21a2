namespace NtkPipeline.Core

/// Few rows, far enough apart that every one of them can be fitted.
[<RequireQualifiedAccess>]
module BiasRows =

    /// Places 0 … n − 1 such that any first few are spread over all: multiples of a number near n/φ that shares no divisor with n.
    let private spread (n: int) =
        let rec divisor a b = if b = 0 then a else divisor b (a % b)

        let stride =
            Seq.initInfinite (fun k -> max 1 (int (0.6180339887 * float n)) + k)
            |> Seq.find (fun stride -> divisor stride n = 1)

        Array.init n (fun k -> int (int64 k * int64 stride % int64 n))

    /// The first rows in that order of which no two have a cosine above `closest` in absolute value, ascending.
    let pick (rows: int) (closest: float) (input: TrainInput) : int[] =
        let cosine (a: int) (b: int) =
            let a = Matrix.row a input.Labelled
            let b = Matrix.row b input.Labelled
            let mutable sum = 0.0

            for k in 0 .. a.Length - 1 do
                sum <- sum + float a[k] * float b[k]

            abs sum

        let kept = ResizeArray<int>()

        for row in spread input.TrainTargets.Length do
            if kept.Count < rows && kept.TrueForAll(fun other -> cosine row other <= closest) then
                kept.Add row

        kept.ToArray() |> Array.sort

    /// The rows of a point alone, with the largest eigenvalue and the spectrum of their kernel.
    let restrict
        (rows: int)
        (closest: float)
        (input: TrainInput)
        : Result<TrainInput * Spectrum, PipelineError> =
        let chosen = pick rows closest input

        Matrix.gather chosen chosen input.Kernel
        |> KernelMatrix.Single
        |> Spectrum.decompose "implicit-bias: the kernel of the rows fitted"
        |> Result.map (fun spectrum -> TrainInput.restrict chosen spectrum.Computed[0] input, spectrum)

    /// √(yᵀ Θ̂₀⁻¹ y) and the ridgeless solution at the rows that are not trained on, from Θ̂₀ between all rows and those that are; none
    /// where it is singular.
    let solution (kernel: Matrix<float>) (targets: float[]) : (float * float[]) option =
        let n = targets.Length
        let trained, other = [| 0 .. n - 1 |], [| n .. kernel.Rows - 1 |]
        let gram = Matrix.gather trained trained kernel |> KernelMatrix.Double
        let name = "implicit-bias: the network's first kernel"

        RidgeFit.fit name (RidgeSource.Given 0.0) None gram (Matrix.create n 1 targets)
        |> Result.bind (fun fit ->
            RidgeFit.predict name (Matrix.gather other trained kernel |> KernelMatrix.Double) fit
            |> Result.map (fun outputs ->
                let product = Array.map2 (*) targets fit.Coefficients.Values |> Array.sum
                fit.Rank, sqrt (max 0.0 product), outputs.Values))
        |> Result.toOption
        |> Option.filter (fun (rank, _, _) -> rank = n)
        |> Option.map (fun (_, travel, outputs) -> travel, outputs)
