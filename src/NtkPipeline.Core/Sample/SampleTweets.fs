namespace NtkPipeline.Core

open System

/// What the two files of `data/sample` hold.
type SampleSet = { Train: Tweet array; Test: Tweet array }

/// Invents tweets about disasters, and about anything else in the same words, so that the pipeline runs
/// without Kaggle's data. The same seed gives the same bytes on every machine.
[<RequireQualifiedAccess>]
module SampleTweets =

    /// The seed of the files in `data/sample`.
    let defaultSeed = 20240101

    let private trainSize, private testSize = 1700, 700
    let private exactCopies, private nearCopies, private disputed = 36, 48, 4
    let private labelNoise = 0.08

    /// A row before it has its number; `Sealed` ones stay out of the test set.
    type private Draft = {
        Topic: Topic
        Grammar: Grammar
        Sentence: string
        Text: string
        Place: string option
        IsDisaster: bool
        Label: bool
        Sealed: bool
    }

    let private grammar =
        [ PlaceWords.text; NewsWords.text; LifeWords.text; ChatWords.text ]
        |> List.map Grammar.parse
        |> List.reduce Grammar.merge

    /// A sentence of the topic's own, one that serves any topic, or one that only its frame or end explains.
    let private pattern (random: Random) (topic: Topic) isDisaster =
        let pick literal figurative = Grammar.choose random (if isDisaster then literal else figurative)

        match random.NextDouble() with
        | toss when toss < 0.54 -> pick topic.Literal topic.Figurative
        | toss when toss < 0.78 -> pick Chatter.literal Chatter.figurative
        | toss when toss < 0.86 ->
            let inner = Grammar.choose random (if isDisaster then topic.Figurative else topic.Literal)
            (pick Chatter.turns Chatter.fictions).Replace("{inner}", inner)
        | _ ->
            let head = Grammar.choose random SmallTalk.heads
            let joint = Grammar.choose random [| ", "; ". "; ": "; " - "; "... "; "! " |]
            head + joint + pick SmallTalk.literalTails SmallTalk.figurativeTails

    let private around random (sentence: string) =
        let opening = if Roughen.chance random 0.22 then "{opening} " else ""
        let joint = Grammar.choose random [| ". "; ", "; " - "; "... " |]

        let aside =
            if Roughen.chance random 0.40 then
                joint + Grammar.choose random SmallTalk.asides
            else
                ""

        opening + sentence + aside

    let private draft (random: Random) =
        let topic = Grammar.choose random Topic.all
        let isDisaster = random.Next 100 < topic.Share
        let bound = grammar |> Grammar.bind "keyword" topic.Keyword |> Grammar.bind "noun" topic.Noun
        let clean = pattern random topic isDisaster |> around random |> Grammar.expand bound random
        let sentence = Roughen.sentence random clean
        let text = Roughen.surround bound random isDisaster sentence
        let place = Grammar.expand bound random "{location}"
        let isPlaced = Roughen.chance random 0.67
        let isMislabelled = Roughen.chance random labelNoise

        {
            Topic = topic
            Grammar = bound
            Sentence = sentence
            Text = text
            Place = if isPlaced then Some place else None
            IsDisaster = isDisaster
            Label = isDisaster <> isMislabelled
            Sealed = false
        }

    let private distinctDrafts random count =
        Seq.initInfinite (fun _ -> draft random)
        |> Seq.distinctBy _.Sentence
        |> Seq.take count
        |> Seq.toArray

    /// The same words with other names and links around them.
    let private retell random (original: Draft) = {
        original with
            Text = Roughen.surround original.Grammar random original.IsDisaster original.Sentence
    }

    let private shuffle (random: Random) (items: 'a array) =
        items
        |> Array.mapi (fun index item -> (random.Next(), index), item)
        |> Array.sortBy fst
        |> Array.map snd

    /// Originals, with copies of some: word for word, nearly so, and with the other label.
    let private drafts (random: Random) =
        let originals = distinctDrafts random (trainSize + testSize - exactCopies - nearCopies - disputed)
        let quarrels = originals[.. disputed - 1] |> Array.map (fun one -> { one with Sealed = true })
        let others = originals[disputed..]
        let copied = others[.. exactCopies - 1]
        let retold = others[exactCopies .. exactCopies + nearCopies - 1] |> Array.map (retell random)
        let denied = quarrels |> Array.map (fun one -> { one with Label = not one.Label })
        shuffle random (Array.concat [ quarrels; denied; others; copied; retold ])

    let private tweet random isTest (id, draft) = {
        Id = RowId.ofPlace id
        Keyword =
            if Roughen.chance random 0.01 then
                None
            else
                Some(draft.Topic.Keyword.Replace(" ", "%20"))
        Location = draft.Place
        Text = draft.Text
        Target = if isTest then None else Some draft.Label
    }

    /// 1,700 labelled rows and 700 without labels, drawn alike.
    let generate (seed: int) : SampleSet =
        let random = Random seed
        let numbered = drafts random |> Array.mapi (fun index draft -> index + 1, draft)
        let eligible = numbered |> Array.filter (fun (_, draft) -> not draft.Sealed)
        let test = shuffle random eligible |> Array.take testSize |> Array.sortBy fst
        let held = test |> Array.map fst |> Set.ofArray
        let train = numbered |> Array.filter (fun (id, _) -> not (held.Contains id))

        {
            Train = train |> Array.map (tweet random false)
            Test = test |> Array.map (tweet random true)
        }
