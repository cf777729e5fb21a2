namespace NtkPipeline.Core

open FParsec

/// What follows `dense`: width ('w=' number | 'b=' number | 'param=' ('ntk' | 'standard'))*, each at most once.
[<RequireQualifiedAccess>]
module internal DenseParser =

    type private Draft = { W: float; B: float; Parameterisation: Parameterisation }

    let private prior<'u> : Parser<Prior, 'u> =
        { W = 1.0; B = 0.0; Parameterisation = Ntk }
        |> NetworkTokens.named [
            "w", NetworkTokens.real |>> fun w draft -> { draft with W = w }
            "b", NetworkTokens.real |>> fun b draft -> { draft with B = b }
            "param",
            NetworkTokens.oneOf [ "ntk", Ntk; "standard", Standard ]
            |>> fun parameterisation draft -> { draft with Parameterisation = parameterisation }
        ]
        |> NetworkTokens.only (fun draft -> Prior.create draft.W draft.B draft.Parameterisation)

    /// The layer's width and prior.
    let parser<'u> : Parser<Width * Prior, 'u> =
        (NetworkTokens.whole |> NetworkTokens.only Width.create) .>>. prior
