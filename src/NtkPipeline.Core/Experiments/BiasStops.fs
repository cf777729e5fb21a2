namespace NtkPipeline.Core

open TorchSharp

/// Training stopped early beside ridge regression (Ali et al. 2019: gradient flow at t against λ = N/(ηt)): for every time the nearest λ.
[<RequireQualifiedAccess>]
module BiasStops =

    /// Ridge regressions of a grid of λ over the mean diagonal.
    type Ridges = {
        Relative: float[]
        /// The kernel's smallest eigenvalue, likewise.
        Least: float
        /// f on the validation rows, one array a ridge.
        Outputs: float[][]
    }

    let private grid: RidgeSettings = {
        Smallest = 1e-6
        Largest = 1e4
        PointsPerDecade = 12
        ChooseBy = RidgeChoice.LeaveOneOut
    }

    let private transposed (m: Matrix<float>) =
        Array.init m.Columns (fun k -> Array.init m.Rows (fun i -> m[i, k]))

    /// `cross` is the kernel of validation rows with those fitted.
    let ridges (spectrum: Spectrum) (mean: float) (cross: Matrix<float>) (targets: float[]) : Ridges =
        use _ = torch.NewDisposeScope()
        let relative = RidgeSettings.grid grid
        let path = RidgePath.along spectrum targets (relative |> Array.map ((*) mean))
        let outputs = (Tensors.ofMatrix64 cross).mm(Tensors.ofMatrix64 path.Coefficients)

        {
            Relative = relative
            Least = Array.last (Spectrum.values spectrum) / mean
            Outputs = transposed (Tensors.toMatrix64 outputs)
        }

    let private squares (f: float[]) (g: float[]) = Array.map2 (fun a b -> (a - b) * (a - b)) f g

    /// λ over the mean diagonal of the regression nearest to f, and rms(f − f_λ)/rms(f).
    let nearest (ridges: Ridges) (f: float[]) : float * float =
        let off = ridges.Outputs |> Array.map (squares f >> Array.average)
        let k = System.Array.IndexOf(off, Array.min off)
        let size = f |> Array.averageBy (fun x -> x * x)
        ridges.Relative[k], (if size = 0.0 then 0.0 else sqrt (off[k] / size))

    /// The correlation of log λ, nearest against theory's, over times; `functions` are f of each time, one array a network; the nearest λ
    /// is that of the mean square over networks. The band is over rows.
    let correlation
        (resamples: int)
        (seed: Seed)
        (ridges: Ridges)
        (theory: float[])
        (functions: float[][][])
        : Difference =
        use _ = torch.NewDisposeScope()
        let rows = ridges.Outputs[0].Length

        // Times × ridges, each a row of squares at the validation rows.
        let off = [|
            for ofTime in functions do
                for g in ridges.Outputs do
                    let each = ofTime |> Array.map (fun f -> squares f g)
                    Array.init rows (fun i -> each |> Array.averageBy (fun square -> square[i]))
        |]

        let random = Seed.random seed

        let weights = [|
            yield Array.create rows 1.0

            for _ in 1..resamples do
                let counts = Array.zeroCreate<float> rows

                for _ in 1..rows do
                    let row = random.Next rows
                    counts[row] <- counts[row] + 1.0

                yield counts
        |]

        let sums =
            (Tensors.ofMatrix64 (Matrix.ofRows rows weights))
                .mm((Tensors.ofMatrix64 (Matrix.ofRows rows off)).t())
            |> Tensors.toMatrix64

        let count = ridges.Relative.Length
        let x = theory |> Array.map log

        let at sample =
            let best time =
                let along = Array.init count (fun k -> sums[sample, time * count + k])
                log ridges.Relative[System.Array.IndexOf(along, Array.min along)]

            // Where one of the two does not vary, nothing goes together.
            Metrics.correlation x (Array.init theory.Length best) |> Option.defaultValue 0.0

        let drawn = Array.init resamples (fun sample -> at (sample + 1)) |> Array.sort

        {
            Value = at 0
            Lower = Bootstrap.quantile 0.025 drawn
            Upper = Bootstrap.quantile 0.975 drawn
        }

    /// One optimiser's networks, all of one width, trained to the end. None where steps have no time.
    let ofPaths
        resamples
        (seed: Seed)
        (ridges: Ridges)
        (largest: float)
        (rate: float)
        (kind: OptimiserKind)
        (paths: BiasPath[])
        =
        let sound = paths |> Array.filter _.IsWhole
        let timed step = OptimiserKind.time kind step

        if sound.Length = 0 || (timed 1).IsNone then
            None
        else
            let steps = sound[0].Points |> Array.map _.Step
            let times = steps |> Array.choose timed
            // λ = N/(ηt) over the mean diagonal, η being `rate` times N/Λ_max.
            let theory = times |> Array.map (fun t -> largest / (rate * t))
            let functions = steps |> Array.mapi (fun k _ -> sound |> Array.map _.Points[k].Outputs)
            let near = functions |> Array.map (Array.map (nearest ridges))
            let undecided = theory |> Array.filter (fun ridge -> ridge >= ridges.Least) |> Array.length
            let geometric values = values |> Array.averageBy (fun x -> log x) |> exp

            Some {
                Kind = kind
                Stops =
                    Array.init steps.Length (fun k -> {
                        Step = steps[k]
                        Time = times[k]
                        Ridge = near[k] |> Array.map fst |> geometric
                        Theory = theory[k]
                        Gap = near[k] |> Array.averageBy snd
                    })
                Undecided = undecided
                Correlation =
                    if undecided < 3 then
                        None
                    else
                        Some(
                            correlation
                                resamples
                                seed
                                ridges
                                (Array.truncate undecided theory)
                                (Array.truncate undecided functions)
                        )
                Fit =
                    PowerLaw.fit [|
                        for k in 0 .. undecided - 1 do
                            for ridge, _ in near[k] -> times[k], ridge
                    |]
            }
