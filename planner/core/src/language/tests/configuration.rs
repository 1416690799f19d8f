//! A whole configuration.

use super::{configuration, directory, problems_of, run};

const MAIN: &str = r#"
lifeboat {
  required_version = ">= 0.1, < 2"
  state "local" {
    path = "state/lifeboat.json"
  }
}

variable "root" {
  type    = string
  default = "data"
}

locals {
  docs = "${var.root}/docs"
}

objective "gold" {
  survive "corruption" {
    rpo             = "1h"
    rto             = "4h"
    detected_within = "14d"
  }
  survive "instance" {
    rpo = "24h"
  }
  drill_every = "30d"
}

retention "gfs" {
  keep {
    last   = 3
    daily  = 7
    within = "2d"
  }
  delete_after = "90d"
}

repository "directory" "main" {
  path = "../backup"
  password {
    env = "DR_PASSWORD"
  }
}

repository "s3" "away" {
  bucket    = "acme-dr"
  password  = { file = "secrets/password" }
  on_remove = "destroy"
}

target "local_directory" "docs" {
  path      = local.docs
  exclude   = ["*.tmp"]
  objective = objective.gold
  retention = retention.gfs
}

protection "snapshot" "docs" {
  target     = target.local_directory.docs
  repository = repository.directory.main
  schedule   = "15 2 * * *"
  tags       = [for t in ["a", "b"] : upper(t)]
}

protection "copy" "docs_away" {
  target     = target.local_directory.docs
  repository = repository.s3.away
}

output "docs" {
  value       = target.local_directory.docs.path
  description = "Where the documents are."
}
"#;

#[test]
fn a_configuration_says_what_it_says() {
    let configuration = configuration(MAIN);
    insta::assert_debug_snapshot!(configuration.settings.state.map(|s| s.attributes), @r#"
    Some(
        {
            "path": String("/srv/dr/state/lifeboat.json"),
        },
    )
    "#);
    insta::assert_snapshot!(serde_json::to_string_pretty(&configuration.objectives["gold"]).unwrap(), @r#"
    {
      "name": "gold",
      "goals": {
        "corruption": {
          "rpo": "1h",
          "rto": "4h",
          "detected_within": "14d"
        },
        "instance": {
          "rpo": "1d",
          "rto": null,
          "detected_within": null
        }
      },
      "drill_every": "30d"
    }
    "#);
    let target = configuration.targets.values().next().unwrap();
    insta::assert_snapshot!(
        format!("{} {:?} {:?}\n{}", target.address, target.provider, target.objective,
            serde_json::to_string_pretty(&(&target.attributes, &target.retention)).unwrap()), @r#"
    target.local_directory.docs provider.local Some("gold")
    [
      {
        "exclude": [
          "*.tmp"
        ],
        "one_file_system": false,
        "path": "/srv/dr/data/docs"
      },
      {
        "keep": {
          "last": 3,
          "daily": 7,
          "within": "2d"
        },
        "delete_after": "90d"
      }
    ]
    "#);
    let repositories: Vec<_> = configuration
        .repositories
        .values()
        .map(|r| (r.address.to_string(), &r.attributes, r.on_remove))
        .collect();
    insta::assert_snapshot!(serde_json::to_string_pretty(&repositories).unwrap(), @r#"
    [
      [
        "repository.directory.main",
        {
          "compression": "auto",
          "password": {
            "env": "DR_PASSWORD"
          },
          "path": "/srv/backup"
        },
        "forget"
      ],
      [
        "repository.s3.away",
        {
          "bucket": "acme-dr",
          "password": {
            "file": "/srv/dr/secrets/password"
          }
        },
        "destroy"
      ]
    ]
    "#);
    let protections: Vec<_> = configuration
        .protections
        .values()
        .map(|p| {
            (
                p.address.to_string(),
                &p.target,
                &p.repository,
                &p.from,
                &p.schedule,
                &p.attributes,
            )
        })
        .collect();
    insta::assert_snapshot!(serde_json::to_string_pretty(&protections).unwrap(), @r#"
    [
      [
        "protection.copy.docs_away",
        "target.local_directory.docs",
        "repository.s3.away",
        "protection.snapshot.docs",
        null,
        {}
      ],
      [
        "protection.snapshot.docs",
        "target.local_directory.docs",
        "repository.directory.main",
        null,
        "15 2 * * *",
        {
          "tags": [
            "A",
            "B"
          ]
        }
      ]
    ]
    "#);
    assert_eq!(configuration.outputs["docs"].value, "/srv/dr/data/docs");
    let provider = configuration.providers.values().next().unwrap();
    assert_eq!(provider.address.to_string(), "provider.local");
    assert_eq!(provider.attributes["scheduler"], "auto");
}

#[test]
fn files_of_a_directory_are_read_together_in_any_order() {
    let (first, second) = MAIN.split_at(MAIN.find("repository \"s3\"").unwrap());
    let one = run(&directory(&[("a.dr.hcl", first), ("b.dr.hcl", second)])).unwrap();
    let two = run(&directory(&[("z.dr.hcl", first), ("b.dr.hcl", second)])).unwrap();
    assert_eq!(
        one.configuration.protections.keys().collect::<Vec<_>>(),
        two.configuration.protections.keys().collect::<Vec<_>>()
    );
}

#[test]
fn an_objective_that_nobody_has_is_a_warning() {
    let text = "objective \"gold\" {\n  survive \"zone\" {\n    rto = \"1h\"\n  }\n}\n";
    let problems = problems_of(&directory(&[("main.dr.hcl", text)]));
    insta::assert_snapshot!(problems, @r#"
    no errors
    warning[language::unused]: nothing has the objective `gold`
      main.dr.hcl:1:1
      | objective "gold" {
      | ^^^^^^^^^^^^^^^^
      help: Write `objective = objective.gold` in the targets or services that it is for.
    "#);
}
