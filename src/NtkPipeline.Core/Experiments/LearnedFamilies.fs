namespace NtkPipeline.Core

open FsToolkit.ErrorHandling

/// What of a kernel is learned by gradient.
[<RequireQualifiedAccess>]
type KernelFamily =
    /// σ_w and σ_b of every layer of one network.
    | Scales
    /// The weights of networks of one, two and three hidden layers.
    | Depths
    /// The weights of networks with relu, erf and gelu.
    | Activations
    /// The weights of what is seen: the features, the surface of the text, the keyword.
    | Views

/// Regression with one kernel.
type FamilyScore = {
    /// Over the mean diagonal: the best by exact leave-one-out.
    RelativeRidge: float
    LooError: float
    /// −log N(y; 0, K + λI) a row, at the ridge of the grid that is best by it.
    Evidence: float option
    /// f on the rows kept aside, in their order.
    Outputs: float[]
}

/// Networks and what each of them sees: rows of norm √columns, or zero where a tweet shows nothing.
type FamilyKernel = { Networks: Network list; Views: Matrix<float> list; Names: string list }

[<RequireQualifiedAccess>]
module KernelFamily =

    let all = [
        KernelFamily.Scales
        KernelFamily.Depths
        KernelFamily.Activations
        KernelFamily.Views
    ]

    let print (family: KernelFamily) : string =
        match family with
        | KernelFamily.Scales -> "scales"
        | KernelFamily.Depths -> "depths"
        | KernelFamily.Activations -> "activations"
        | KernelFamily.Views -> "views"

    let parse (text: string) : Result<KernelFamily, string> =
        PrintedUnion.parse "a family of kernels" print all text

    /// "σ_w and σ_b of every layer": what is learned, for people.
    let words (family: KernelFamily) : string =
        match family with
        | KernelFamily.Scales -> "σ_w and σ_b of every layer"
        | KernelFamily.Depths -> "a mixture of depths"
        | KernelFamily.Activations -> "a mixture of activations"
        | KernelFamily.Views -> "the weights of views"

    let private scaled (rows: Matrix<float32>) : Matrix<float> =
        let unit = rows |> Pca.normaliseRows |> fst
        let norm = InputScale.norm rows.Columns InputScale.SqrtD
        Matrix.map (fun x -> norm * float x) unit

    /// Every labelled tweet as it is seen in several ways, by name. A way that shows nothing of any tweet is left out.
    let views (features: Matrix<float32>) (tweets: Tweet[]) : (string * Matrix<float>) list =
        [
            "features", features
            "surface", tweets |> Array.map _.Text |> SurfaceFeatures.measure
            "keywords", SurfaceFeatures.keywords tweets
        ]
        |> List.filter (fun (_, rows) -> rows.Columns > 0 && Array.exists ((<>) 0.0f) rows.Values)
        |> List.map (fun (name, rows) -> name, scaled rows)

    let private one activation depth bias =
        match KernelTrials.network activation depth bias with
        | Ok network -> network
        | Error reason -> invalidArg (nameof activation) reason

    /// The kernel before anything is learned: every weight is 1.
    let start (family: KernelFamily) (views: (string * Matrix<float>) list) : FamilyKernel =
        let features = snd views.Head

        let seenAlike (named: (string * Network) list) : FamilyKernel = {
            Networks = List.map snd named
            Views = named |> List.map (fun _ -> features)
            Names = List.map fst named
        }

        match family with
        | KernelFamily.Scales -> seenAlike [ "relu", one "relu" 1 0.3 ]
        | KernelFamily.Depths -> seenAlike [ for depth in 1..3 -> $"depth %d{depth}", one "relu" depth 0.0 ]
        | KernelFamily.Activations -> seenAlike [ for phi in [ "relu"; "erf"; "gelu" ] -> phi, one phi 1 0.0 ]
        | KernelFamily.Views -> {
            Networks = views |> List.map (fun _ -> one "relu" 1 0.0)
            Views = List.map snd views
            Names = List.map fst views
          }

    /// The rows of every view.
    let gather (rows: int[]) (kernel: FamilyKernel) : FamilyKernel = {
        kernel with
            Views = kernel.Views |> List.map (Matrix.gatherRows rows)
    }

    /// Σ w Θ over the networks: of the rows with themselves, or with others.
    let gramOf
        (weights: float[])
        (kernel: FamilyKernel)
        (others: FamilyKernel option)
        : Result<Matrix<float>, PipelineError> =
        kernel.Networks
        |> List.mapi (fun k network -> k, network)
        |> List.traverseResultM (fun (k, network) ->
            Gram.ntk64 network kernel.Views[k] (others |> Option.map (fun others -> others.Views[k]))
            |> Result.map (Matrix.map ((*) weights[k])))
        |> Result.map (
            List.reduce (fun a b -> Matrix.create a.Rows a.Columns (Array.map2 (+) a.Values b.Values))
        )

    /// Regression on some rows, its ridge by exact leave-one-out there, and f at other rows.
    let score
        (name: string)
        (ridges: RidgeSettings)
        (weights: float[])
        (kept: FamilyKernel)
        (targets: float[])
        (held: FamilyKernel)
        : Result<FamilyScore, PipelineError> =
        result {
            let! gram = gramOf weights kept None

            let! fit =
                Matrix.create targets.Length 1 targets
                |> RidgeFit.fit
                    name
                    (RidgeSource.Selected { ridges with ChooseBy = RidgeChoice.LeaveOneOut })
                    None
                    (KernelMatrix.Double gram)

            let! cross = gramOf weights held (Some kept)
            let! outputs = RidgeFit.predict name (KernelMatrix.Double cross) fit

            return {
                RelativeRidge = fit.Chosen.RelativeRidge
                LooError = fit.Chosen.LooError
                Evidence =
                    match fit.Points |> Array.choose _.LogLikelihood with
                    | [||] -> None
                    | values -> Some(-(Array.max values) / float targets.Length)
                Outputs = outputs.Values
            }
        }
