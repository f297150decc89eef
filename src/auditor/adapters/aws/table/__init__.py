"""The collector table: every kind that is read, and by which calls. Nothing else names an AWS operation."""

from auditor.adapters.aws.spec import Kind
from auditor.adapters.aws.table.account import ACCOUNT
from auditor.adapters.aws.table.compute import COMPUTE
from auditor.adapters.aws.table.edge import EDGE
from auditor.adapters.aws.table.mail import MAIL
from auditor.adapters.aws.table.network import NETWORK
from auditor.adapters.aws.table.storage import STORAGE

TABLE: tuple[Kind, ...] = (*EDGE, *MAIL, *COMPUTE, *STORAGE, *NETWORK, *ACCOUNT)
