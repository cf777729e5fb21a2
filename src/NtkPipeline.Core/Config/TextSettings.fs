namespace NtkPipeline.Core

/// Where the rows of numbers come from.
type EncoderSettings = {
    /// One or several of "auto" (the transformer if it is there, else LSA), "lsa", "minilm", "arctic", "npy", "surface", "keywords" and
    /// "location".
    Kinds: string list
    /// Of several.
    Weigh: WeighViews.Settings
    LeastLocationTweets: int
    Lsa: LsaSettings
    /// For "minilm": the folder of another model; empty for all-MiniLM-L6-v2, out of its package or fetched.
    Model: string
    /// Rows made elsewhere, in the order of the tweets.
    TrainArray: string
    TestArray: string
}

/// The settings of the stages that read texts, split them and make rows of them, from texts that `Setting.check` has passed.
[<RequireQualifiedAccess>]
module TextSettings =

    let private treatment values key =
        match Map.find key values with
        | "keep" -> Treatment.Keep
        | "remove" -> Treatment.Remove
        | _ -> Treatment.Mark

    let clean (values: Map<string, string>) : CleanSettings = {
        Mojibake = Setting.flag values "clean.mojibake"
        Entities = Setting.flag values "clean.entities"
        Urls = treatment values "clean.urls"
        Mentions = treatment values "clean.mentions"
        Emoji = treatment values "clean.emoji"
        Hashtags =
            match values["clean.hashtags"] with
            | "keep" -> Hashtags.Keep
            | "split" -> Hashtags.SplitWords
            | _ -> Hashtags.DropSign
        Numbers = treatment values "clean.numbers"
        LowerCase = Setting.flag values "clean.lower-case"
        SpecialCharacters = Setting.flag values "clean.special-characters"
        Elongations = Setting.flag values "clean.elongations"
    }

    let split (values: Map<string, string>) : SplitTweets.Settings = {
        ValidationShare = Setting.real values "split.validation-share"
        Folds = Setting.whole values "split.folds"
        Together =
            match values["split.together"] with
            | "identical" -> SameText.Identical
            | "similar" -> SameText.Similar
            | _ -> SameText.Normalised
        SimilarAbove = Setting.real values "split.similar-above"
        Contradictions =
            match values["split.contradictions"] with
            | "keep" -> KeepLabels
            | "drop" -> DropRows
            | _ -> MajorityLabel
    }

    let encoder (values: Map<string, string>) : EncoderSettings = {
        Kinds = Setting.summands values "embed.encoder"
        Weigh = {
            Weights =
                if values["embed.weights"] = "auto" then
                    ByLeaveOneOut(Setting.whole values "embed.weight-rows")
                else
                    Given(Setting.reals values "embed.weights")
            Combining = if values["embed.combine"] = "sum" then Combining.Sum else Combining.Beside
        }
        LeastLocationTweets = Setting.whole values "embed.location-tweets"
        Lsa = { Lsa.defaults with Columns = Setting.whole values "embed.lsa-columns" }
        Model = values["embed.model"]
        TrainArray = values["embed.train-npy"]
        TestArray = values["embed.test-npy"]
    }
