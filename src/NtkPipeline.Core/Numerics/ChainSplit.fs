namespace NtkPipeline.Core

/// One link of a chain of functions, f_{l+1} − f_l.
type ChainLink = {
    /// The accuracy of f_{l+1} less that of f_l.
    Accuracy: Difference
    /// √mean((f_{l+1} − f_l)²): how far it moves outputs, whatever the others do.
    Rms: float
    /// ⟨f_{l+1} − f_l, f_n − f_0⟩/√mean((f_n − f_0)²): its part of the way from f_0 to f_n. Below 0 where it leads back.
    Part: Difference
}

/// How far f_0 lies from f_n, and how much of it each link of a chain f_0, f_1, … f_n makes. Accuracies telescope; so do functions, and
/// hence their projections on the whole way: Σ ⟨link, whole⟩ = ‖whole‖². Inner products are means over rows and members.
type ChainSplit = {
    Links: ChainLink[]
    /// Of f_n less f_0.
    Accuracy: Difference
    /// √mean((f_n − f_0)²).
    Rms: Difference
    /// The whole less all links: rounding alone, unless the links are not those of one chain.
    RestOfAccuracy: float
    RestOfRms: float
}

[<RequireQualifiedAccess>]
module ChainSplit =

    let private average (count: int) (values: float[][]) (chosen: int[]) (rows: int[]) =
        let mutable sum = 0.0

        for k in chosen do
            let ofMember = values[k]

            for row in rows do
                sum <- sum + ofMember[row]

        sum / float count

    /// The band of an accuracy, where few rows differ no narrower than McNemar's test allows.
    let private exact (after: float[][]) (before: float[][]) (difference: Difference) =
        Bootstrap.exact (Bootstrap.byRow after) (Bootstrap.byRow before) difference

    /// `nodes[l]` holds f_l's outputs, one array a member, or a single one that all members share. The bands are over rows and members,
    /// drawn together for all links.
    let create (resamples: int) (seed: Seed) (labels: float[]) (nodes: float[][][]) : ChainSplit =
        let members = nodes |> Array.map _.Length |> Array.max

        if
            nodes.Length < 2 || nodes |> Array.exists (fun node -> node.Length <> 1 && node.Length <> members)
        then
            invalidArg
                (nameof nodes)
                "a chain has two functions at least, each of every member or shared by all"

        let all = nodes |> Array.map (fun node -> Array.init members (fun k -> node[min k (node.Length - 1)]))
        let less = Array.map2 (Array.map2 (Array.map2 (-)))
        let functions = less all[1..] all[.. all.Length - 2]
        let whole = less [| Array.last all |] [| all[0] |] |> Array.head
        let onWhole = functions |> Array.map (fun link -> Array.map2 (Array.map2 (*)) link whole)
        let squares = Array.map2 (Array.map2 (*)) whole whole
        let hits = all |> Array.map (Array.map (Bootstrap.hits labels))
        let gains = less hits[1..] hits[.. hits.Length - 2]

        let statistics (chosen: int[]) (rows: int[]) =
            let mean values = average (chosen.Length * rows.Length) values chosen rows
            let rms = sqrt (mean squares)
            let part product = if rms = 0.0 then 0.0 else mean product / rms

            [|
                yield! gains |> Array.map mean
                yield! onWhole |> Array.map part
                mean (Array.last hits) - mean hits[0]
                rms
            |]

        let found = Bootstrap.together resamples seed members labels.Length statistics
        let n = gains.Length
        let rms (link: float[][]) = link |> Seq.concat |> Seq.averageBy (fun x -> x * x) |> sqrt

        {
            Links =
                Array.init n (fun l -> {
                    Accuracy = exact hits[l + 1] hits[l] found[l]
                    Rms = rms functions[l]
                    Part = found[n + l]
                })
            Accuracy = exact hits[n] hits[0] found[2 * n]
            Rms = found[2 * n + 1]
            RestOfAccuracy = found[2 * n].Value - Array.sumBy _.Value found[.. n - 1]
            RestOfRms = found[2 * n + 1].Value - Array.sumBy _.Value found[n .. 2 * n - 1]
        }
