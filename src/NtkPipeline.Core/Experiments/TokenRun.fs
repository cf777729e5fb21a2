namespace NtkPipeline.Core

/// A run whose networks read tweets as sequences of tokens, because `train.network` has a layer that takes tokens together: what differs from
/// a run over rows. Its tokens are those that the settings `sequence.…` describe.
[<RequireQualifiedAccess>]
module TokenRun =

    let private network (values: Map<string, string>) = values["train.network"]

    /// The layer that makes it one.
    let private layer (values: Map<string, string>) : TokenLayer option =
        Architecture.firstOfTokens (network values)

    let isAsked (values: Map<string, string>) : bool = (layer values).IsSome

    /// Whether the kernel is the same at every width: in the standard parameterisation it grows with it.
    let private hasOneKernel (architecture: Architecture) =
        let at width = Architecture.limit width architecture |> NetworkText.print

        match Width.create 2 with
        | Ok two -> at two = at Width.one
        | Error reason -> invalidOp reason

    /// What makes a text none of a network that has a kernel of texts of any length.
    let unfit (text: string) : string option =
        match Architecture.parse text with
        | Error reason -> Some(NetworkText.inLine reason)
        | Ok architecture ->
            let network = Architecture.limit Width.one architecture

            match SequenceNtk.check network with
            | Error reason -> Some reason
            | Ok _ when not (hasOneKernel architecture) ->
                Some
                    "with param=standard the kernel grows with the width, and here one kernel stands beside networks of several; leave it out"
            | Ok network when List.contains (Tokens TokenLayer.Flatten) network.Layers ->
                Some "flatten needs texts of one length, and tweets are of many; a pool takes any"
            | Ok network when not (Network.gathers network) ->
                Some
                    "it has an output at every token, and a tweet has one label; write a pool, mean-pool or sum-pool"
            | Ok _ -> None

    /// Why there is no such run with these settings, where one is asked for.
    let check (values: Map<string, string>) : string list = [
        match layer values with
        | None -> ()
        | Some layer when values["data.features"] <> "" ->
            $"train.network: %s{TokenLayer.name layer} takes the tokens of a text together, and data.features gives rows of numbers; `ntk kernel` has such networks for arrays of tokens"
        | Some _ ->
            match unfit (network values) with
            | Some reason -> $"train.network: %s{reason}"
            | None -> ()
    ]

    /// Labelled tweets that are drawn, at most: so many that `sequence.rows` of them are fitted.
    let sample (values: Map<string, string>) : int =
        let fitted = float (Setting.whole values "sequence.rows")
        int (ceil (fitted / (1.0 - Setting.real values "split.validation-share")))

    /// The questions that have a meaning over tokens: the run's own networks, and the one that is about tokens.
    let private possible = [ "widths"; "sequence" ]

    let answers (name: string) : bool = List.contains name possible

    /// What a run over rows has and this one has not, a sentence each.
    let leftOut (values: Map<string, string>) : string list = [
        let questions =
            Setting.texts values "experiments"
            |> List.filter (fun name -> name <> "none" && not (answers name))

        if questions.Length > 0 then
            let names = String.concat ", " questions

            $"Left out, since they are about networks over rows: the questions %s{names}."

        "Left out, since they are about rows: principal components of whole texts and what their number is worth, weights of several encoders, the second input scale (every token has norm √d), and gates that flip (padding has some that never do)."
    ]
