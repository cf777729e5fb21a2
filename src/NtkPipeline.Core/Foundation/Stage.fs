namespace NtkPipeline.Core

/// Whether another try can end otherwise.
[<RequireQualifiedAccess>]
type Retry =
    /// On another machine, or on this one when it has what it lacks now.
    | Elsewhere
    /// Nowhere: the same input is refused everywhere.
    | Final

/// Why a stage gave no result. Each carries one sentence for a person.
type PipelineError =
    /// The data are not what they must be: names the file and line, or the artifact.
    | DataRefused of sentence: string
    /// The numbers refuse: names the matrix and the reason.
    | NumbersRefused of sentence: string
    /// This machine lacks what the work needs: names the device, model, library or memory.
    | MachineLacks of sentence: string
    /// The disk refuses: names the path.
    | StoreFault of sentence: string

    member this.Sentence =
        match this with
        | DataRefused sentence
        | NumbersRefused sentence
        | MachineLacks sentence
        | StoreFault sentence -> sentence

    /// Whether it is worth trying again.
    member this.Retry =
        match this with
        | DataRefused _
        | NumbersRefused _ -> Retry.Final
        | MachineLacks _
        | StoreFault _ -> Retry.Elsewhere

/// A value and the name of its bytes. The value is read only when somebody asks for it.
[<NoEquality; NoComparison>]
type Artifact<'a> = {
    /// What this was made of: the name of a stage or file, and the digest of its bytes. Several after `Artifact.both`.
    Parts: (string * Digest) list
    Value: Lazy<Result<'a, PipelineError>>
}

[<RequireQualifiedAccess>]
module Artifact =

    let create (origin: string) (digest: Digest) (value: Lazy<Result<'a, PipelineError>>) : Artifact<'a> = {
        Parts = [ origin, digest ]
        Value = value
    }

    /// The same artifact seen another way: computed once, when somebody asks.
    let map (mapping: 'a -> 'b) (artifact: Artifact<'a>) : Artifact<'b> = {
        Parts = artifact.Parts
        Value = lazy (artifact.Value.Force() |> Result.map mapping)
    }

    /// The same artifact seen in a way that may be refused: tried once, when somebody asks, for all who ask.
    let bind (mapping: 'a -> Result<'b, PipelineError>) (artifact: Artifact<'a>) : Artifact<'b> = {
        Parts = artifact.Parts
        Value = lazy (artifact.Value.Force() |> Result.bind mapping)
    }

    /// One more value for a function that waits for it; what it was made of goes behind what the function was made of.
    let apply (argument: Artifact<'a>) (waiting: Artifact<'a -> 'b>) : Artifact<'b> = {
        Parts = waiting.Parts @ argument.Parts
        Value =
            lazy
                (match waiting.Value.Force() with
                 | Error e -> Error e
                 | Ok mapping -> argument.Value.Force() |> Result.map mapping)
    }

    let map2 mapping a b : Artifact<'r> = map mapping a |> apply b

    let map3 mapping a b c : Artifact<'r> = map2 mapping a b |> apply c

    let map4 mapping a b c d : Artifact<'r> = map3 mapping a b c |> apply d

    /// The pair as one input.
    let both (a: Artifact<'a>) (b: Artifact<'b>) : Artifact<'a * 'b> = map2 (fun a b -> a, b) a b

    /// Many as one input, in the order given.
    let all (artifacts: Artifact<'a> seq) : Artifact<'a list> =
        let artifacts = Seq.toList artifacts

        {
            Parts = artifacts |> List.collect _.Parts
            Value =
                lazy
                    (List.foldBack
                        (fun (artifact: Artifact<'a>) rest ->
                            match rest with
                            | Error e -> Error e
                            | Ok values ->
                                artifact.Value.Force() |> Result.map (fun value -> value :: values))
                        artifacts
                        (Ok []))
        }

/// A seeded body must say so; a pure one cannot reach a seed.
[<NoEquality; NoComparison>]
type Body<'i, 'o> =
    | Pure of ('i -> Result<'o, PipelineError>)
    | Seeded of (Seed -> 'i -> Result<'o, PipelineError>)

/// A typed function from artifact to artifact, with all that its cache key needs. Running it is someone else's job.
[<NoEquality; NoComparison>]
type Stage<'i, 'o> = {
    /// Kebab case, never changed: "clean-tweets". What stands behind a '/' tells instances apart: "train-network/m=64".
    Name: string
    /// Bumped by hand when the same input would give other bytes.
    Version: int
    /// `Fingerprint.describe` of the settings.
    Settings: string
    Codec: Codec<'o>
    Body: Body<'i, 'o>
}

/// The one effect a pipeline may ask for. Disk in production, memory in tests.
type IRunner =
    abstract Run: stage: Stage<'i, 'o> * input: Artifact<'i> -> Result<Artifact<'o>, PipelineError>

/// Runs stages in memory, with no cache: for FSI and tests.
type MemoryRunner(root: Seed) =
    interface IRunner with
        member _.Run(stage, input) =
            input.Value.Force()
            |> Result.bind (
                match stage.Body with
                | Pure run -> run
                | Seeded run -> run (Seed.derive stage.Name root)
            )
            |> Result.map (fun value ->
                use stream = new System.IO.MemoryStream()
                stage.Codec.Write stream value
                stream.Position <- 0L
                Artifact.create stage.Name (Digest.ofStream stream) (lazy (Ok value)))
