namespace NtkPipeline.Core

/// A finite network over texts, twice: as it chose its epoch, and as it is judged.
type SequenceMember = {
    Model: SequenceModel
    Width: int
    Seed: int
    Choosing: SequencePath
    Judged: SequencePath
}

/// What finite networks over texts are worth on the validation texts.
[<RequireQualifiedAccess>]
module SequenceContests =

    /// Both trainings of a network together.
    let gathered
        (model: SequenceModel)
        (spec: RunSpec)
        (choosing: Artifact<SequencePath>)
        (judged: Artifact<SequencePath>)
        : Artifact<SequenceMember> =
        let gather choosing judged = {
            Model = model
            Width = spec.Width
            Seed = spec.Member
            Choosing = choosing
            Judged = judged
        }

        Artifact.map2 gather choosing judged

    let private outputs (path: SequencePath) epoch =
        (Matrix.row epoch path.Path.Outputs).ToArray() |> Array.map float

    /// The epoch that the first fold chose, and what the network says of the validation texts after it; none where it had diverged by then.
    let chosen (split: Split) (one: SequenceMember) : (int * float[]) option =
        let _, held = SequenceNetworks.rows SequenceRows.Choosing split
        let tried = Array.init one.Choosing.Path.Outputs.Rows (outputs one.Choosing)
        let epoch, _ = EarlyStopping.choose (SplitTweets.targets split held) tried

        if epoch < one.Judged.Path.Outputs.Rows then
            Some(epoch, outputs one.Judged epoch)
        else
            None

    let private squares (labels: float[]) (f: float[]) = Array.map2 (fun f y -> (f - y) * (f - y)) f labels

    let private scores
        (settings: CompareSettings)
        seed
        network
        labels
        (split: Split)
        (fit: SequenceFit)
        (members: SequenceMember[])
        =
        let ended =
            members |> Array.choose (fun one -> chosen split one |> Option.map (fun found -> one, found))

        if ended.Length = 0 then
            None
        else
            let first = members[0]
            let each pick = ended |> Array.map (fun (_, (_, f)) -> pick f)
            let hits, errors = each (Bootstrap.hits labels), each (squares labels)
            let name = $"%s{SequenceModel.id first.Model}/m=%d{first.Width}"
            let derive part = Seed.derive $"%s{name}/%s{part}" seed

            let less =
                Bootstrap.paired
                    settings.Resamples
                    (derive "accuracy")
                    hits
                    (Bootstrap.hits labels fit.Validation)

            let more =
                Bootstrap.paired settings.Resamples (derive "error") errors (squares labels fit.Validation)

            Some {
                Id = SequenceModel.id first.Model
                Title = SequenceModel.title first.Model
                Network = network
                Width = first.Width
                Epochs = ended |> Array.map (fun (_, (epoch, _)) -> epoch)
                Diverged = members.Length - ended.Length
                Accuracy = hits |> Array.averageBy Array.average
                Error = errors |> Array.averageBy Array.average
                InitialError = ended |> Array.averageBy (fun (one, _) -> one.Judged.InitialError)
                Movement = ended |> Array.averageBy (fun (one, (epoch, _)) -> one.Judged.Path.Movement[epoch])
                LessKernel = less
                ErrorSaved = { Value = -more.Value; Lower = -more.Upper; Upper = -more.Lower }
            }

    let private grouped (members: SequenceMember list) =
        members |> List.groupBy (fun one -> one.Model, one.Width) |> List.map (snd >> Array.ofList)

    /// Networks of each model and width together, in the order of training.
    let all
        (settings: CompareSettings)
        (seed: Seed)
        (network: SequenceModel -> string)
        (split: Split)
        (fit: SequenceModel -> SequenceFit)
        (members: SequenceMember list)
        : SequenceNetworkScores list =
        let labels = SplitTweets.validationLabels split

        grouped members
        |> List.choose (fun some ->
            scores settings seed (network some[0].Model) labels split (fit some[0].Model) some)

    /// Accuracies of the networks that ended among the widest of a model; none where none did.
    let private widest (split: Split) (members: SequenceMember list) model =
        let own = members |> List.filter (fun one -> one.Model = model)

        if own.IsEmpty then
            None
        else
            let width = own |> List.map _.Width |> List.max
            let labels = SplitTweets.validationLabels split

            match own |> List.filter (fun one -> one.Width = width) |> List.choose (chosen split) with
            | [] -> None
            | found -> Some(width, found |> List.map (snd >> Bootstrap.hits labels) |> Array.ofList)

    /// The widest networks of one model against those of others, on the same drawn tweets.
    let contests
        (settings: CompareSettings)
        (seed: Seed)
        (split: Split)
        (members: SequenceMember list)
        : SequenceContest list =
        let one other against =
            match widest split members other, widest split members against with
            | Some(width, ours), Some(_, theirs) ->
                let ids = SequenceModel.id other, SequenceModel.id against

                Some {
                    One = fst ids
                    Other = snd ids
                    Width = width
                    Accuracy =
                        Bootstrap.between
                            settings.Resamples
                            (Seed.derive $"%s{fst ids}-%s{snd ids}" seed)
                            ours
                            theirs
                }
            | _ -> None

        [
            one SequenceModel.Convolution SequenceModel.Mean
            one SequenceModel.Convolution SequenceModel.Tokens
            one SequenceModel.Attention SequenceModel.Convolution
        ]
        |> List.choose id
