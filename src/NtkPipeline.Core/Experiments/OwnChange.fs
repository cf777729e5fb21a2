namespace NtkPipeline.Core

/// How a model changed by fine-tuning, and how well that was foretold.
[<RequireQualifiedAccess>]
module OwnChange =

    /// ‖B − A‖/‖A‖, its band over rows that are drawn anew. A row that is drawn twice makes no pair with itself, which would count the diagonal
    /// for more than it is; pairs that are left count for those that are not.
    let movement (resamples: int) (seed: Seed) (a: Matrix<float>) (b: Matrix<float>) : Difference =
        let random, n = Seed.random seed, a.Rows

        let over (rows: int[]) =
            let mutable change, size, changeOff, sizeOff, pairs = 0.0, 0.0, 0.0, 0.0, 0

            for i in rows do
                change <- change + (b[i, i] - a[i, i]) ** 2.0
                size <- size + a[i, i] ** 2.0

                for j in rows do
                    if i <> j then
                        changeOff <- changeOff + (b[i, j] - a[i, j]) ** 2.0
                        sizeOff <- sizeOff + a[i, j] ** 2.0
                        pairs <- pairs + 1

            let share = float (n * (n - 1)) / float (max 1 pairs)
            sqrt ((change + share * changeOff) / max 1e-300 (size + share * sizeOff))

        let sorted =
            Array.init resamples (fun _ -> over (Array.init n (fun _ -> random.Next n))) |> Array.sort

        {
            Value = over [| 0 .. n - 1 |]
            Lower = Bootstrap.quantile 0.025 sorted
            Upper = Bootstrap.quantile 0.975 sorted
        }

    /// How `said` foretold what became of `start`: outputs are rows × outputs, as targets are coded.
    let foretold
        (task: LearningTask)
        (id: string, what: string)
        (start: Matrix<float>)
        (actual: Matrix<float>)
        (said: Matrix<float>)
        : OwnForetold =
        let change = Array.map2 (-) actual.Values start.Values
        let expected = Array.map2 (-) said.Values start.Values
        let square = Array.sumBy (fun (x: float) -> x * x)

        {
            Id = id
            What = what
            Correlation = Metrics.correlation change expected
            Explained =
                if square change = 0.0 then
                    None
                else
                    Some(1.0 - square (Array.map2 (-) change expected) / square change)
            Agreement =
                match task with
                | LearningTask.Regression -> None
                | LearningTask.Binary _
                | LearningTask.Classes _ ->
                    Seq.init actual.Rows (fun row ->
                        if TaskTargets.named task actual row = TaskTargets.named task said row then
                            1.0
                        else
                            0.0)
                    |> Seq.average
                    |> Some
        }
