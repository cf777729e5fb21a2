namespace NtkPipeline.Core

open FParsec

/// What follows `dense`: width ('w=' number | 'b=' number | 'param=' ('ntk' | 'standard'))*, each at most once.
[<RequireQualifiedAccess>]
module internal DenseParser =

    type private Entry =
        | W of float
        | B of float
        | Param of Parameterisation

    let private entry<'u> : Parser<Entry, 'u> =
        choice [
            NetworkTokens.token "w=" >>. NetworkTokens.real |>> W
            NetworkTokens.token "b=" >>. NetworkTokens.real |>> B
            NetworkTokens.token "param="
            >>. ((NetworkTokens.token "ntk" >>% Param Ntk)
                 <|> (NetworkTokens.token "standard" >>% Param Standard))
        ]

    let private prior (entries: Entry list) =
        let kind =
            function
            | W _ -> "w="
            | B _ -> "b="
            | Param _ -> "param="

        match entries |> List.countBy kind |> List.tryFind (fun (_, count) -> count > 1) with
        | Some(name, _) -> Result.Error $"%s{name} is given twice"
        | None ->
            let w =
                entries
                |> List.tryPick (function
                    | W w -> Some w
                    | B _
                    | Param _ -> None)

            let b =
                entries
                |> List.tryPick (function
                    | B b -> Some b
                    | W _
                    | Param _ -> None)

            let p =
                entries
                |> List.tryPick (function
                    | Param p -> Some p
                    | W _
                    | B _ -> None)

            Prior.create (defaultArg w 1.0) (defaultArg b 0.0) (defaultArg p Ntk)

    /// The layer's width and prior.
    let parser<'u> : Parser<Width * Prior, 'u> =
        (NetworkTokens.whole |> NetworkTokens.only Width.create)
        .>>. (many entry |> NetworkTokens.only prior)
