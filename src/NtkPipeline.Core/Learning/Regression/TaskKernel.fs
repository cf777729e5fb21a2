namespace NtkPipeline.Core

/// How near two tasks are in the feature space of a kernel: φ(x)·φ(z) = K(x, z). A task is some rows and ±1 for each.
[<RequireQualifiedAccess>]
module TaskKernel =

    /// aᵀ K(rows, others) b.
    let form (kernel: Matrix<float32>) (rows: int[]) (a: float[]) (others: int[]) (b: float[]) : float =
        let mutable sum = 0.0

        for i in 0 .. rows.Length - 1 do
            let start = rows[i] * kernel.Columns
            let mutable row = 0.0

            for j in 0 .. others.Length - 1 do
                row <- row + b[j] * float kernel.Values[start + others[j]]

            sum <- sum + a[i] * row

        sum

    let private ones (rows: int[]) = Array.create rows.Length 1.0

    /// The mean of K over pairs of different rows of one task: ‖mean of φ‖² without bias.
    let private within kernel (rows: int[]) =
        let n = float rows.Length
        let all = form kernel rows (ones rows) rows (ones rows)
        (all - (rows |> Array.sumBy (fun i -> float kernel[i, i]))) / (n * (n - 1.0))

    /// The squared maximum mean discrepancy of the texts of two tasks that have no row in common, ‖E φ(x) − E φ(z)‖², without bias, so that
    /// it may be below 0 (Gretton et al. 2012, lemma 6). It knows no label. A task has two rows at least.
    let discrepancy (kernel: Matrix<float32>) (a: int[]) (b: int[]) : float =
        let across = form kernel a (ones a) b (ones b) / (float a.Length * float b.Length)
        within kernel a + within kernel b - 2.0 * across

    /// Labels without their mean: as weights of φ they give, but for a factor, the mean of the positive rows less that of the others.
    let centred (labels: float[]) : float[] =
        let mean = Array.average labels
        labels |> Array.map (fun y -> y - mean)

    /// The alignment of two tasks' label functions, y_Aᵀ K_AB y_B / √(y_Aᵀ K_AA y_A · y_Bᵀ K_BB y_B), labels without their means: the cosine,
    /// in feature space, of the directions from the mean of the negative rows to that of the positive ones. 1 for a task with
    /// itself, −1 for the opposite labels. None where a task has one label alone, or rows that K does not tell apart.
    let alignment
        (kernel: Matrix<float32>)
        (a: int[], labelsOfA: float[])
        (b: int[], labelsOfB: float[])
        : float option =
        let ya, yb = centred labelsOfA, centred labelsOfB
        let square = form kernel a ya a ya * form kernel b yb b yb

        // Below rounding of float32 entries there is no direction.
        let size rows (y: float[]) =
            1e-6
            * (rows |> Array.averageBy (fun i -> abs (float kernel[i, i])))
            * (y |> Array.sumBy (fun w -> w * w))

        if square <= size a ya * size b yb then
            None
        else
            Some(form kernel a ya b yb / sqrt square)
