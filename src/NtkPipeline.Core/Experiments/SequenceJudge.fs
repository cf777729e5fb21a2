namespace NtkPipeline.Core

/// What is judged, as other stages give it.
[<NoEquality; NoComparison>]
type SequenceInput = {
    Tokens: TokenVectors
    /// Of the tweets that are fitted here, and of all.
    Split: Split
    Whole: Split
    Fits: (SequenceModel * SequenceFit) list
    Members: SequenceMember list
}

/// Stage: all regressions on texts → scores, and differences with bands.
[<RequireQualifiedAccess>]
module SequenceJudge =

    let private squares (targets: float[]) (f: float[]) = Array.map2 (fun f y -> (f - y) * (f - y)) f targets

    let private scores (networks: SequenceModel -> Network) (split: Split) (model, fit: SequenceFit) =
        let targets = SplitTweets.targets split split.Train
        let labels = SplitTweets.validationLabels split

        {
            Id = SequenceModel.id model
            Title = SequenceModel.title model
            Network = NetworkText.print (networks model)
            IsOrderBlind = SequenceModel.isOrderBlind model
            RelativeRidge = fit.RelativeRidge
            LooError = Array.average (squares targets fit.LeftOut)
            LooAccuracy = Metrics.accuracy targets fit.LeftOut
            Validation = Metrics.scores labels fit.Validation
            ValidationError = Array.average (squares labels fit.Validation)
        }

    let private gap
        (settings: CompareSettings)
        seed
        (split: Split)
        (one, ofOne)
        (other, ofOther)
        : SequenceGap =
        let one, other = SequenceModel.id one, SequenceModel.id other
        let targets = SplitTweets.targets split split.Train
        let labels = SplitTweets.validationLabels split

        let paired part (better: float[]) (base': float[]) =
            let seed = Seed.derive $"%s{one}-%s{other}/%s{part}" seed
            Bootstrap.paired settings.Resamples seed [| better |] base'

        // A gain is the other's error less this one's.
        let errors part targets f g = paired part (squares targets g) (squares targets f)
        let hits part targets f g = paired part (Bootstrap.hits targets f) (Bootstrap.hits targets g)

        {
            One = one
            Other = other
            LooError = errors "loo-error" targets ofOne.LeftOut ofOther.LeftOut
            LooAccuracy = hits "loo" targets ofOne.LeftOut ofOther.LeftOut
            ValidationError = errors "validation-error" labels ofOne.Validation ofOther.Validation
            ValidationAccuracy = hits "validation" labels ofOne.Validation ofOther.Validation
        }

    let private run
        (settings: CompareSettings)
        (networks: SequenceModel -> Network)
        texts
        seed
        (input: SequenceInput)
        =
        let split = input.Split
        let found model = model, input.Fits |> List.find (fst >> (=) model) |> snd
        let targets = SplitTweets.targets split split.Train
        let error (_, fit: SequenceFit) = Array.average (squares targets fit.LeftOut)
        let blind = input.Fits |> List.filter (fst >> SequenceModel.isOrderBlind) |> List.minBy error
        let convolution = found SequenceModel.Convolution
        let gap = gap settings seed split
        let rows = Array.append split.Train split.Validation
        let lengths = TokenVectors.lengths input.Tokens
        let of' = SequenceModel.all |> List.map networks

        Ok {
            Margin = settings.Margin
            Source = input.Tokens.Source
            Columns = input.Tokens.Vectors.Columns
            FittedRows = split.Train.Length
            AllRows = input.Whole.Train.Length
            ValidationRows = split.Validation.Length
            MeanTokens = rows |> Array.averageBy (fun row -> float lengths[row])
            MostTokens = TokenVectors.places rows input.Tokens
            Kernels = input.Fits |> List.map (scores networks split) |> Array.ofList
            Order = gap convolution blind
            Control = gap convolution (found SequenceModel.Shuffled)
            Attention = gap (found SequenceModel.Attention) convolution
            Networks =
                input.Members |> SequenceContests.all settings seed texts split (found >> snd) |> Array.ofList
            Contests = input.Members |> SequenceContests.contests settings seed split |> Array.ofList
            Price = SequencePrice.count of' input.Tokens split
            PriceOfAll = SequencePrice.count of' input.Tokens input.Whole
        }

    /// `networks` are those whose kernels are judged, and `text` is what finite ones are of, their widths open.
    let stage
        (settings: CompareSettings)
        (networks: SequenceModel -> Network)
        (text: SequenceModel -> string)
        : Stage<SequenceInput, SequenceEvidence> =
        let texts = [|
            for model in SequenceModel.all -> NetworkText.print (networks model), text model
        |]

        {
            Name = "judge-sequence"
            // 2: bands of few rows that differ are exact.
            Version = 2
            Settings = Fingerprint.describe (settings, texts)
            Codec = Codec.json "sequence/1"
            Body = Seeded(run settings networks text)
        }

    let inputs
        (tokens: Artifact<TokenVectors>)
        (split: Artifact<Split>)
        (whole: Artifact<Split>)
        (fits: (SequenceModel * Artifact<SequenceFit>) seq)
        (members: Artifact<SequenceMember> seq)
        : Artifact<SequenceInput> =
        let fits = List.ofSeq fits

        let gather tokens split whole found members = {
            Tokens = tokens
            Split = split
            Whole = whole
            Fits = List.zip (List.map fst fits) found
            Members = members
        }

        Artifact.map4 gather tokens split whole (fits |> List.map snd |> Artifact.all)
        |> Artifact.apply (Artifact.all members)
