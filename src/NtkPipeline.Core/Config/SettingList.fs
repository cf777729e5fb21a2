namespace NtkPipeline.Core

/// Every setting that a run has: its key (`stage.setting`), what it may be, its default and one sentence.
[<RequireQualifiedAccess>]
module SettingList =

    let private setting = Setting.create
    let private treatment = Choice [ "keep"; "mark"; "remove" ]

    let private general = [
        setting "seed" (Whole(0L, System.Int64.MaxValue)) "1" "The root of all random numbers."
        setting
            "threads"
            (Whole(0L, 1024L))
            "0"
            "Threads of LibTorch; 0 for one a core. Results may differ in their last bits between numbers."
        setting "device" Text "cpu" "Where networks train: cpu, cuda or cuda:1."
        setting
            "memory"
            (WordsOr([ "machine" ], Size))
            "machine"
            "The most memory that a run may take; one that needs more, or more than the machine has, is refused before it starts."
        setting
            "data.sample"
            (WordsOr([ "all" ], Whole(20L, 10_000_000L)))
            "all"
            "Labelled tweets that the run takes: all, or so many, drawn at random, of each class its share."
    ]

    let private text = [
        setting "clean.mojibake" Flag "true" "Repair characters that a wrong encoding broke."
        setting "clean.entities" Flag "true" "Decode HTML entities."
        setting "clean.urls" treatment "remove" "Links: keep, replace by the word url, or remove."
        setting "clean.mentions" treatment "remove" "@names: keep, replace by the word user, or remove."
        setting
            "clean.emoji"
            treatment
            "remove"
            "Emoji: keep (as words where special characters go), replace by the word emoji, or remove."
        setting
            "clean.hashtags"
            (Choice [ "keep"; "drop-sign"; "split" ])
            "drop-sign"
            "Hashtags: keep, drop the sign, or split into words too."
        setting "clean.numbers" treatment "keep" "Numbers: keep, replace by the word number, or remove."
        setting "clean.lower-case" Flag "true" "Make all letters lower-case."
        setting
            "clean.special-characters"
            Flag
            "true"
            "Drop apostrophes, and make blanks of all else that is neither letter nor digit."
        setting "clean.elongations" Flag "true" "Make two of a letter that stands three times or more."
        setting
            "split.validation-share"
            (Real(0.05, 0.5))
            "0.2"
            "Share of the labelled tweets that is kept for validation."
        setting "split.folds" (Whole(2L, 50L)) "5" "Folds of cross-validation."
        setting
            "split.together"
            (Choice [ "identical"; "normalised"; "similar" ])
            "normalised"
            "Rows that never stand on both sides of a split: identical texts, texts equal but for links, mentions, case and signs, or these and similar ones."
        setting
            "split.similar-above"
            (Real(0.2, 1.0))
            "0.7"
            "The share of four-letter pieces that two texts have in common from which they count as similar."
        setting
            "split.contradictions"
            (Choice [ "keep"; "majority"; "drop" ])
            "majority"
            "Training texts under both labels: keep the labels, take the text's majority, or drop the rows."
        setting
            "embed.encoder"
            (SumOf [ "auto"; "lsa"; "minilm"; "arctic"; "npy"; "surface"; "keywords"; "location" ])
            "auto"
            "One encoder, or several: lsa + keywords. auto is minilm, the sentence transformer all-MiniLM-L6-v2, or lsa where it cannot be had; arctic is snowflake-arctic-embed-xs."
        setting
            "embed.combine"
            (Choice [ "beside"; "sum" ])
            "beside"
            "Several encoders: their rows side by side as one input, or for kernel regression a kernel for each, added."
        setting
            "embed.weights"
            (WordsOr([ "auto" ], RealList(0.0, 1000.0)))
            "auto"
            "Of several encoders: a weight for each, in their order, or auto, by the leave-one-out error of training rows."
        setting
            "embed.weight-rows"
            (Whole(50L, 20000L))
            "2000"
            "For auto: training rows among which weights are searched. At most 120 kernels of that size are solved, and 4 more an encoder."
        setting
            "embed.location-tweets"
            (Whole(1L, 100000L))
            "5"
            "For location: a place has a column if so many tweets name it."
        setting "embed.lsa-columns" (Whole(1L, 4096L)) "384" "Columns of latent semantic analysis."
        setting
            "embed.model"
            Text
            ""
            "For minilm and auto: a folder of model.onnx and vocab.txt, with encoder.json for its pooling; empty for all-MiniLM-L6-v2."
        setting "embed.train-npy" Text "" "For npy: one row a labelled tweet."
        setting "embed.test-npy" Text "" "For npy: one row a test tweet."
        setting
            "reduce.dimensions"
            (WordsOr([ "all"; "auto" ], Whole(1L, 4096L)))
            "128"
            "d, the principal components that are kept; all for the embedding's own columns, only centred, auto for the best of reduce.compare by leave-one-out error."
        setting
            "reduce.solver"
            (Choice [ "auto"; "exact"; "randomised" ])
            "auto"
            "How components are found: auto is randomised where few of more than 1500 columns are kept."
        setting "reduce.whiten" Flag "false" "Bring every component to variance 1."
        setting
            "reduce.compare"
            (WordsOr([ "none" ], WholeList(1L, 4096L)))
            "32, 64, 128, 256"
            "Numbers of components that are compared by explained variance and leave-one-out error: four solves each."
        setting "reduce.compare-rows" (Whole(50L, 20000L)) "2000" "Training rows on which they are compared."
    ]

    let private regression = [
        setting
            "ridge.smallest"
            (Real(1e-12, 1e6))
            "1e-4"
            "The smallest ridge, over the mean of the kernel's diagonal."
        setting
            "ridge.largest"
            (Real(1e-12, 1e6))
            "1e3"
            "The largest ridge, over the mean of the kernel's diagonal."
        setting
            "ridge.points-per-decade"
            (Whole(1L, 100L))
            "3"
            "Ridges between one power of ten and the next."
        setting
            "ridge.targets"
            (Choice(TargetCoding.all |> List.map TargetCoding.print))
            "plus-minus"
            "What is learnt: −1 and 1 cut at 0, 0 and 1 cut at ½ (not equivalent), or balanced, in which both classes weigh the same."
        setting
            "ridge.choose-by"
            (Choice(RidgeChoice.all |> List.map RidgeChoice.print))
            "cv"
            "What chooses the ridge: the squared error of cross-validation or of leaving one out, their accuracy, generalised cross-validation, or the marginal likelihood."
    ]

    let private questions =
        setting
            "experiments"
            (WordsOr([ "none" ], ChoiceList(Experiments.names)))
            (String.concat ", " Experiments.usual)
            ("The questions that a run asks, each with its own settings; none for kernel regression alone. "
             + $"%s{Widths.name}: %s{Widths.question} "
             + String.concat " " [
                 for experiment in Experiments.all -> $"%s{experiment.Name}: %s{experiment.Question}"
             ])

    let all: Setting list =
        general
        @ DataSettings.settings
        @ text
        @ regression
        @ Widths.settings
        @ questions :: List.collect (fun (experiment: Experiment) -> experiment.Settings) Experiments.every
