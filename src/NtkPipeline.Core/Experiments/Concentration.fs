namespace NtkPipeline.Core

open FsToolkit.ErrorHandling

/// One network beside regression with its own tangent kernel before training, Θ̂₀.
type OwnKernelPair = {
    Width: int
    Member: int
    /// Quantiles of |Θ̂₀(x, z) − Θ(x, z)| over all pairs of training rows, over the mean of Θ(x, x): in the order of `Concentration.shares`.
    Errors: float[]
    /// On the validation rows: the network after its last step, descent with Θ̂₀ for as many steps (none where its own Λ_max makes that
    /// diverge), and ridge regression with Θ̂₀ at the ridge
    /// that the analytic kernel's regression chose, relative to the mean diagonal.
    Network: float[]
    Stopped: float[] option
    Ridge: float[]
}

/// Does the kernel of a finite network concentrate at its limit, entry by entry, and is a trained network regression with its kernel
/// (Arora et al. 2019, theorems 3.1 and 3.2)?
[<RequireQualifiedAccess>]
module Concentration =

    let private key name = $"concentration.%s{name}"

    let private settings =
        CommonSettings.ofDescent "concentration" 6000L
        @ [
            Setting.create
                (key "disagreement")
                (Real(0.0, 1.0))
                "0.02"
                "Network and kernel are alike where they disagree on a smaller share of tweets."
        ]

    let rows (values: Map<string, string>) : int = Setting.whole values (key "rows")

    let grid (values: Map<string, string>) (basis: RunSpec) : Grid = {
        Base =
            Convergence.descent
                (Setting.real values (key "rate"))
                (Setting.wholes values (key "steps") |> List.distinct |> List.sort)
                true
                basis
        Along = [
            Axis.inputScale, [ AxisValue.Words values[key "input-scale"] ]
            Axis.width, Setting.wholes values (key "widths") |> List.map (float >> AxisValue.Number)
            Axis.seed, Widths.seeds values (key "seeds")
        ]
    }

    let private work values basis (sizes: RunSizes) =
        let n = min (rows values) sizes.Fitted
        let networks = grid values basis |> Grid.points |> Result.map Array.length |> Result.defaultValue 0

        Workload.grid { sizes with Fitted = n } (grid values basis)
        + float networks * (Workload.eigen n + Workload.passes 6.0 n n)

    let experiment: Experiment = {
        Name = "concentration"
        Question =
            "Does a finite network's kernel concentrate at its limit, and is the trained network regression with it?"
        Settings = settings
        Check =
            fun values basis ->
                match Grid.points (grid values basis) with
                | Ok _ -> []
                | Error reason -> [ $"concentration: %s{reason}" ]
        Work = work
    }

    /// The median, 90%, 99% and the greatest.
    let shares: (string * float) list = [ "median", 0.5; "90%", 0.9; "99%", 0.99; "max", 1.0 ]

    /// |A − B|/mean diag B over all pairs i ≤ j of the first n rows, as quantiles.
    let errors (n: int) (factor: float) (empirical: Matrix<float32>) (analytic: Matrix<float32>) : float[] =
        let scale = factor * (Seq.init n (fun i -> float analytic[i, i]) |> Seq.average)

        let sorted = [|
            for i in 0 .. n - 1 do
                for j in i .. n - 1 -> abs (float empirical[i, j] - factor * float analytic[i, j]) / scale
        |]

        System.Array.Sort sorted
        shares |> List.map (fun (_, share) -> Bootstrap.quantile share sorted) |> Array.ofList

    /// f on the other rows by the coefficients c: Θ̂₀(other, training) c.
    let private at (cross: KernelMatrix) (trained: Trained) =
        let zeros = Matrix.create (KernelMatrix.rows cross) 1 (Array.zeroCreate (KernelMatrix.rows cross))
        (ClosedForm.predict cross zeros trained).Values

    let private pair (input: TrainInput, kernel: KernelRegression, trained: TrainedNetwork) =
        let run, n = trained.Run, input.TrainTargets.Length
        let spec = run.Spec
        let own = TrainedNetwork.tangent trained trained.Initial input.Labelled None
        let train, others = [| 0 .. n - 1 |], [| n .. own.Rows - 1 |]
        let name = $"the tangent kernel of a network of m = %d{spec.Width} before training"
        let gram = Matrix.gather train train own |> KernelMatrix.Single
        let cross = Matrix.gather others train own |> KernelMatrix.Single
        let y = Matrix.create n 1 input.TrainTargets
        let zeros = Matrix.map (fun _ -> 0.0) y

        result {
            let! spectrum = Spectrum.decompose name gram
            let! mean = KernelMatrix.meanDiagonal name gram
            let steps = int64 run.Steps * 1L<step>

            let! stopped =
                if run.AbsoluteRate * spectrum.Computed[0] < 2.0 * float n then
                    ClosedForm.train spectrum zeros y [ Training.descent run.AbsoluteRate steps ]
                    |> Result.map (fun trained -> Some trained.Head)
                else
                    Ok None

            let shifted = Spectrum.shift (kernel.Chosen.RelativeRidge * mean) spectrum
            let! ridge = ClosedForm.train shifted zeros y [ Training.Flow(infinity * 1.0<flow>) ]

            return {
                Width = spec.Width
                Member = spec.Member
                Errors =
                    errors
                        n
                        (NetworkGram.factor spec.Architecture run.Features spec.InputScale)
                        own
                        input.Kernel
                Network = run.ValidationOutputs
                Stopped = stopped |> Option.map (at cross)
                Ridge = at cross ridge.Head
            }
        }

    /// A network, the rows that it was trained on and the regression that chose a ridge → it beside its own first kernel.
    let stage (point: GridPoint) : Stage<TrainInput * KernelRegression * TrainedNetwork, OwnKernelPair> = {
        Name = $"own-kernel/%s{point.Name}"
        Version = 2
        Settings = ""
        Codec = Codec.json "own-kernel-pair/2"
        Body = Pure pair
    }

    let inputs rows kernel trained : Artifact<TrainInput * KernelRegression * TrainedNetwork> =
        Artifact.map3 (fun rows kernel trained -> rows, kernel, trained) rows kernel trained
