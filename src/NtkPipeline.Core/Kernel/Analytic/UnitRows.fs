namespace NtkPipeline.Core

open System
open System.Numerics
open System.Runtime.InteropServices

/// Rows as norms and directions, which no finite entry can overflow, and the angle between two of them.
type UnitRows = {
    /// The rows themselves; the array is the caller's.
    Rows: Matrix<float>
    /// ‖x‖ of each row.
    Norms: float[]
    /// x/‖x‖; a zero row stays zero.
    Units: Matrix<float>
}

[<RequireQualifiedAccess>]
module UnitRows =

    /// Scaled by the largest entry first, so that squares neither overflow nor vanish.
    let ofMatrix (m: Matrix<float>) : UnitRows =
        let norms = Array.zeroCreate m.Rows
        let units = Array.copy m.Values

        for i in 0 .. m.Rows - 1 do
            let row = Span(units, i * m.Columns, m.Columns)
            let mutable largest = 0.0

            for x in row do
                largest <- max largest (abs x)

            if largest > 0.0 then
                let mutable sum = 0.0

                for k in 0 .. row.Length - 1 do
                    row[k] <- row[k] / largest
                    sum <- sum + row[k] * row[k]

                let length = sqrt sum
                norms[i] <- largest * length

                for k in 0 .. row.Length - 1 do
                    row[k] <- row[k] / length

        { Rows = m; Norms = norms; Units = { m with Values = units } }

    /// The rows named by `indices`, in that order.
    let gather (indices: int[]) (rows: UnitRows) : UnitRows = {
        Rows = Matrix.gatherRows indices rows.Rows
        Norms = indices |> Array.map (fun i -> rows.Norms[i])
        Units = Matrix.gatherRows indices rows.Units
    }

    /// ‖p − q‖² and ‖p + q‖² of two rows.
    let private gaps (p: ReadOnlySpan<float>) (q: ReadOnlySpan<float>) : struct (float * float) =
        let wideP = MemoryMarshal.Cast<float, Vector<float>> p
        let wideQ = MemoryMarshal.Cast<float, Vector<float>> q
        let mutable minus = Vector<float>.Zero
        let mutable plus = Vector<float>.Zero

        for k in 0 .. wideP.Length - 1 do
            let difference = wideP[k] - wideQ[k]
            let sum = wideP[k] + wideQ[k]
            minus <- minus + difference * difference
            plus <- plus + sum * sum

        let mutable apart = Vector.Sum minus
        let mutable together = Vector.Sum plus

        for k in wideP.Length * Vector<float>.Count .. p.Length - 1 do
            apart <- apart + (p[k] - q[k]) * (p[k] - q[k])
            together <- together + (p[k] + q[k]) * (p[k] + q[k])

        struct (apart, together)

    /// Norms and angle of two rows, the angle good to an ulp at 0 and π too: with unit p, q it is 2·atan2(‖p−q‖, ‖p+q‖). What it
    /// lacks to π is good to some ulp of itself.
    let between (xs: UnitRows) (i: int) (zs: UnitRows) (j: int) : Moments =
        let u, v = xs.Norms[i], zs.Norms[j]

        if u = 0.0 || v = 0.0 then
            Moments.ofAngle u v 1.0 0.0
        else
            let struct (apart, together) = gaps (Matrix.row i xs.Units) (Matrix.row j zs.Units)
            let length = apart + together

            if together > 0.0 && together < 1e-4 * length then
                let sum = OppositeRows.sum (Matrix.row i xs.Rows) (Matrix.row j zs.Rows)
                Moments.ofAngle u v (0.5 * sum * sum - 1.0) (0.5 * sum * sqrt (4.0 - sum * sum))
            else
                Moments.ofAngle u v ((together - apart) / length) (2.0 * sqrt apart * sqrt together / length)

    /// The same of two rows of one set, to the bit whichever comes first: a row with itself has angle exactly 0.
    let within (xs: UnitRows) (i: int) (j: int) : Moments =
        if i = j then Moments.same xs.Norms[i] else between xs (min i j) xs (max i j)
