namespace NtkPipeline.Core

open System.Text.RegularExpressions
open FParsec

/// What follows the names of layers over tokens, each setting at most once:
///     'conv' width 'size=' whole ['pad=' ('same' | 'valid')] ['stride=' whole] ['w=' number] ['b=' number]
///     'attention' heads ['scale=' ('linear' | 'sqrt')] ['scores=' ('softmax' | 'identity' | 'relu' | 'abs')]
///                       ['q=' number] ['k=' number] ['v=' number] ['o=' number] ['b=' number] ['position=' number]
///     'mean-pool' | 'sum-pool' | 'flatten'
[<RequireQualifiedAccess>]
module internal TokenParser =

    type private ConvDraft = { Size: int option; Padding: Padding; Stride: int; W: float; B: float }

    type private AttentionDraft = { Scale: ScoreScale; Scores: ScoreRule; Scales: AttentionScales }

    /// A whole number, in digits alone: of one with a point or a power of ten it is said that it is none.
    let private whole<'u> : Parser<int, 'u> =
        let form =
            NumberLiteralOptions.AllowMinusSign
            ||| NumberLiteralOptions.AllowFraction
            ||| NumberLiteralOptions.AllowExponent

        lookAhead (numberLiteral form "whole number")
        |> NetworkTokens.only (fun literal ->
            if literal.IsInteger then
                Result.Ok()
            else
                Result.Error $"'%s{PlainLine.ofWords literal.String}' is not a whole number in digits alone")
        >>. NetworkTokens.whole

    let private width<'u> : Parser<Width, 'u> = whole |> NetworkTokens.only Width.create

    let private setting = Regex(@"^([A-Za-z][A-Za-z0-9_-]*)\s*=", RegexOptions.CultureInvariant)

    /// A layer's settings; one that it has not is named.
    let private named
        (layer: string)
        (entries: (string * Parser<'draft -> 'draft, 'u>) list)
        (draft: 'draft)
        : Parser<'draft, 'u> =
        let names = entries |> List.map fst
        let isOfSetting c = isAsciiLetter c || isDigit c || c = '_' || c = '-' || c = ' ' || c = '='

        let none =
            lookAhead (manySatisfy isOfSetting)
            |> NetworkTokens.only (fun rest ->
                let found = setting.Match rest
                let name = found.Groups[1].Value

                if not found.Success then
                    Result.Ok()
                elif List.contains name names then
                    Result.Error $"%s{name}= is written without a blank before ="
                else
                    let known = names |> List.map (fun name -> name + "=") |> String.concat ", "
                    let hint = Nearest.hint names name
                    Result.Error $"%s{layer} has no %s{PlainLine.ofWords name}=%s{hint}; there are %s{known}")

        NetworkTokens.named entries draft .>> none

    let private convSettings<'u> : Parser<ConvDraft, 'u> =
        { Size = None; Padding = Padding.Same; Stride = 1; W = 1.0; B = 0.0 }
        |> named "conv" [
            "size", whole |>> fun size draft -> { draft with Size = Some size }
            "pad",
            NetworkTokens.oneOf [ "same", Padding.Same; "valid", Padding.Valid ]
            |>> fun padding draft -> { draft with Padding = padding }
            "stride", whole |>> fun stride draft -> { draft with Stride = stride }
            "w", NetworkTokens.real |>> fun w draft -> { draft with W = w }
            "b", NetworkTokens.real |>> fun b draft -> { draft with B = b }
        ]

    let private conv<'u> : Parser<TokenLayer, 'u> =
        width .>>. convSettings
        |> NetworkTokens.only (fun (width, draft) ->
            match draft.Size with
            | Some size -> Convolution.create width size draft.Padding draft.Stride draft.W draft.B
            | None -> Result.Error "a conv needs the size of its window: conv 64 size=3")
        |>> TokenLayer.Conv

    let private scales
        (set: float -> AttentionScales -> AttentionScales)
        (value: float)
        (draft: AttentionDraft)
        = { draft with Scales = set value draft.Scales }

    let private attentionSettings<'u> : Parser<AttentionDraft, 'u> =
        let deviation set = NetworkTokens.real |>> scales set

        {
            Scale = ScoreScale.Linear
            Scores = ScoreRule.Softmax
            Scales = Attention.unit
        }
        |> named "attention" [
            "scale",
            NetworkTokens.oneOf [ "linear", ScoreScale.Linear; "sqrt", ScoreScale.Sqrt ]
            |>> fun scale (draft: AttentionDraft) -> { draft with Scale = scale }
            "scores",
            NetworkTokens.oneOf [
                "softmax", ScoreRule.Softmax
                "identity", ScoreRule.Identity
                "relu", ScoreRule.Relu
                "abs", ScoreRule.Abs
            ]
            |>> fun scores (draft: AttentionDraft) -> { draft with Scores = scores }
            "q", deviation (fun q scales -> { scales with Query = q })
            "k", deviation (fun k scales -> { scales with Key = k })
            "v", deviation (fun v scales -> { scales with Value = v })
            "o", deviation (fun o scales -> { scales with Output = o })
            "b", deviation (fun b scales -> { scales with Bias = b })
            "position", deviation (fun position scales -> { scales with Position = position })
        ]

    let private attention<'u> : Parser<TokenLayer, 'u> =
        width .>>. attentionSettings
        |> NetworkTokens.only (fun (heads, draft) ->
            Attention.create heads draft.Scale draft.Scores draft.Scales)
        |>> TokenLayer.Attention

    /// The layers' names and what follows each.
    let names<'u> : (string * Parser<TokenLayer, 'u>) list = [
        "conv", conv
        "attention", attention
        "mean-pool", preturn TokenLayer.MeanPool
        "sum-pool", preturn TokenLayer.SumPool
        "flatten", preturn TokenLayer.Flatten
    ]
